import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  IsDate,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinDate,
  NotContains,
} from 'class-validator';

/** Longest text that a filter takes, in characters. */
const TEXT_LIMIT = 255;

/** A text that the database can be asked for: it knows no NUL. */
export const IsText = (): PropertyDecorator =>
  applyDecorators(IsOptional(), IsString(), MaxLength(TEXT_LIMIT), NotContains('\0'));

/** A time that the database can be asked for: it does not know all the years before ours that JavaScript does. */
export const IsTime = (): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    Type(() => Date),
    IsDate(),
    MinDate(new Date(0)),
  );

/** How many there are on a page. */
export const IsLimit = (most: number): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    Type(() => Number),
    IsInt(),
    Min(1),
    Max(most),
  );
