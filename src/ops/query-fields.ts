import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  IsDate,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxDate,
  MaxLength,
  Min,
  MinDate,
  ValidateIf,
} from './field-rules.js';

/** Longest text that a filter takes, in characters. */
const TEXT_LIMIT = 255;

/** May be left out. `null` is no way to do so: in a filter it would mean everything. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** A text that the database can be asked for: it knows no NUL, and no half of a surrogate pair. */
export const IsText = (): PropertyDecorator =>
  applyDecorators(MayBeAbsent(), IsString(), MaxLength(TEXT_LIMIT), Matches(/^[^\0\p{Cs}]*$/u));

/** The database does not know all the years that JavaScript does. */
const YEARS = [new Date(0), new Date('9999-12-31T23:59:59Z')] as const;

/** A time that the database can be asked for. */
export const IsTime = (): PropertyDecorator =>
  applyDecorators(
    MayBeAbsent(),
    Type(() => Date),
    IsDate(),
    MinDate(YEARS[0]),
    MaxDate(YEARS[1]),
  );

/** How many there are on a page. */
export const IsLimit = (most: number): PropertyDecorator =>
  applyDecorators(
    MayBeAbsent(),
    Type(() => Number),
    IsInt(),
    Min(1),
    Max(most),
  );
