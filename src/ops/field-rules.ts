import type { ValidationPipeOptions } from '@nestjs/common';
import type * as ClassValidator from 'class-validator';
import { createRequire } from 'node:module';

/**
 * The rules by which fields are checked, each out of its own file of class-validator. All of class-validator, with the
 * telephone numbers of every country, is a tenth of a start.
 */
const load = createRequire(import.meta.url);
const part = (path: string): typeof ClassValidator =>
  load(`class-validator/cjs/${path}.js`) as typeof ClassValidator;

export const { IsBoolean } = part('decorator/typechecker/IsBoolean');
export const { IsDate } = part('decorator/typechecker/IsDate');
export const { IsIn } = part('decorator/common/IsIn');
export const { IsInstance } = part('decorator/object/IsInstance');
export const { IsInt } = part('decorator/typechecker/IsInt');
export const { IsOptional } = part('decorator/common/IsOptional');
export const { IsString } = part('decorator/typechecker/IsString');
export const { isUUID, IsUUID } = part('decorator/string/IsUUID');
export const { Matches } = part('decorator/string/Matches');
export const { Max } = part('decorator/number/Max');
export const { MaxDate } = part('decorator/date/MaxDate');
export const { MaxLength } = part('decorator/string/MaxLength');
export const { Min } = part('decorator/number/Min');
export const { MinDate } = part('decorator/date/MinDate');
export const { NotContains } = part('decorator/string/NotContains');
export const { ValidateIf } = part('decorator/common/ValidateIf');
export const { ValidateNested } = part('decorator/common/ValidateNested');

const { Validator } = part('validation/Validator');
const validator = new Validator();

/** For Nest's pipe, which would load the rest. */
export const validatorPackage: Required<ValidationPipeOptions>['validatorPackage'] = {
  validate: (object, options) => validator.validate(object as object, options),
};
