import { setting, type Described, type Setting } from './setting.js';

/** A share of a whole, from 0 to 1, as a decimal number. */
export function ratio(described: Described): Setting<number> {
  return setting(described, (text) =>
    /^(0(\.\d+)?|1(\.0+)?)$/.test(text)
      ? { ok: true, value: Number(text) }
      : { ok: false, fault: 'must be a number from 0 to 1, such as 0.1' },
  );
}
