/**
 * Parts of which envelope schemas are made. Every field has a `description`: it ends the sentence "must be …" with which
 * a refusal names what is wrong.
 */

import type { JsonSchema } from '../model/index.js';
import { LAST_MOMENT } from './moment.js';

/** @param pattern must bound the length as well, and is matched in linear time: whoever signs may send anything */
export function text(pattern: string, description: string): JsonSchema {
  return { type: 'string', pattern, description };
}

/** As {@link text}, but the field may be null as well as absent. */
export function textOrNull(pattern: string, description: string): JsonSchema {
  return { type: ['string', 'null'], pattern, description };
}

/** A moment as `momentFromIso` reads it. */
export const isoMoment: JsonSchema = {
  type: 'string',
  format: 'date-time',
  description: 'an ISO 8601 time with a zone',
};

/** A moment as `momentFromIsoInUtc` reads it. */
export const isoMomentInUtc: JsonSchema = {
  type: 'string',
  format: 'date-time-in-utc',
  description: 'an ISO 8601 time',
};

/** A moment as `momentFromSeconds` reads it. */
export const epochSeconds: JsonSchema = {
  type: 'integer',
  minimum: 0,
  maximum: Math.floor(LAST_MOMENT / 1000),
  description: 'whole seconds since the epoch',
};

/** A moment as `momentFromMillis` reads it. */
export const epochMillis: JsonSchema = {
  type: 'integer',
  minimum: 0,
  maximum: LAST_MOMENT,
  description: 'whole milliseconds since the epoch',
};

export const anyObject: JsonSchema = { type: 'object', description: 'an object' };

/**
 * The whole payload.
 *
 * @param rules what is demanded of it beside being an object
 */
export function payloadObject(rules: JsonSchema = {}): JsonSchema {
  return { type: 'object', description: 'a JSON object', ...rules };
}
