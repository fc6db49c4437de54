import { parseNamed, setting, type Described, type ParsedSetting, type Setting } from './setting.js';

/** So many hits in so many milliseconds. */
export interface RateLimit {
  readonly hits: number;
  readonly periodMs: number;
}

const MOST_HITS = 1_000_000;
const PERIODS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `name=hits/period`, separated by commas, with s, m or h for the period: `stripe=200/s, github=3000/m`. */
export function rateLimits(described: Described): Setting<ReadonlyMap<string, RateLimit>> {
  return setting(described, (text) => parseNamed(text, 'hits/period', parseRate));
}

function parseRate(text: string): ParsedSetting<RateLimit> {
  const [, digits = '', unit = ''] = /^(\d+)\/([smh])$/.exec(text) ?? [];
  const hits = Number(digits);
  const periodMs = PERIODS_MS[unit];
  if (periodMs === undefined || hits < 1 || hits > MOST_HITS) {
    return {
      ok: false,
      fault: `must have 1 to ${MOST_HITS} a second, minute or hour, as in 200/s or 3000/m,`,
    };
  }
  return { ok: true, value: { hits, periodMs } };
}
