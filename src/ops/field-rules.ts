import type * as ClassTransformer from 'class-transformer';
import type * as ClassValidator from 'class-validator';
import { LateDecorators } from '../platform/late-decorators/index.js';

const validator = new LateDecorators<typeof ClassValidator>();
const transformer = new LateDecorators<typeof ClassTransformer>();

export const IsBoolean = validator.of((library) => library.IsBoolean);
export const IsDate = validator.of((library) => library.IsDate);
export const IsIn = validator.of((library) => library.IsIn);
export const IsInstance = validator.of((library) => library.IsInstance);
export const IsInt = validator.of((library) => library.IsInt);
export const IsOptional = validator.of((library) => library.IsOptional);
export const IsString = validator.of((library) => library.IsString);
export const IsUUID = validator.of((library) => library.IsUUID);
export const Matches = validator.of((library) => library.Matches);
export const Max = validator.of((library) => library.Max);
export const MaxDate = validator.of((library) => library.MaxDate);
export const MaxLength = validator.of((library) => library.MaxLength);
export const Min = validator.of((library) => library.Min);
export const MinDate = validator.of((library) => library.MinDate);
export const NotContains = validator.of((library) => library.NotContains);
export const ValidateIf = validator.of((library) => library.ValidateIf);
export const ValidateNested = validator.of((library) => library.ValidateNested);
export const Type = transformer.of((library) => library.Type);

/** Loads the libraries that check by these rules: a tenth of a start, and needed by whoever asks with more than an id. */
export async function loadRules(): Promise<void> {
  validator.carryOut(await import('class-validator'));
  transformer.carryOut(await import('class-transformer'));
}
