/** ISO 8601 with date, time and zone, as providers write it; JavaScript's own parser takes far more. */
const ISO_MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

/** End of the year 9999: every moment up to it has a four-digit year in JavaScript and in SQL alike. */
export const LAST_MOMENT = 253_402_300_799_999;

/** A moment from text such as `2026-03-01T09:30:00.123Z`; null for anything else. */
export function momentFromIso(value: unknown): Date | null {
  return typeof value === 'string' && ISO_MOMENT.test(value) ? moment(Date.parse(value)) : null;
}

/** As {@link momentFromIso}, but text without a zone, `2026-03-01T09:30:00.123456`, is in UTC. */
export function momentFromIsoInUtc(value: unknown): Date | null {
  return momentFromIso(value) ?? (typeof value === 'string' ? momentFromIso(`${value}Z`) : null);
}

/** A moment from whole seconds since the epoch; null for anything else. */
export function momentFromSeconds(value: unknown): Date | null {
  return Number.isInteger(value) ? moment((value as number) * 1000) : null;
}

/** A moment from whole milliseconds since the epoch; null for anything else. */
export function momentFromMillis(value: unknown): Date | null {
  return Number.isInteger(value) ? moment(value as number) : null;
}

function moment(millis: number): Date | null {
  return millis >= 0 && millis <= LAST_MOMENT ? new Date(millis) : null;
}
