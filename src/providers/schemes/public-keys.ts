import type { KeyObject } from 'node:crypto';
import { text, type Setting } from '../../model/index.js';

/**
 * A setting of public keys, separated by commas and all accepted at once, so that one can be rotated; blanks are
 * dropped. The keys are read when the service starts, so that a mistyped one is a fault of the environment and not
 * of the first delivery. They are no secret, but what somebody sets here by mistake may be one: it is never printed.
 *
 * @param form what a key must be, such as `64 hex digits`
 * @param readKey `undefined` for a text that is no such key
 */
export function publicKeys(
  described: { readonly name: string; readonly description: string },
  form: string,
  readKey: (text: string) => KeyObject | undefined,
): Setting<readonly KeyObject[]> {
  return {
    ...text(described),
    secret: true,
    parse(value) {
      const texts = value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      const keys = texts.map(readKey).filter((key) => key !== undefined);
      return keys.length === texts.length
        ? { ok: true, value: keys }
        : { ok: false, fault: `must be ${form}, or several of them separated by commas` };
    },
  };
}

/** The label of the key that verifies: `1` for the first, `2` for the second. */
export function matchingKey(
  keys: readonly KeyObject[],
  verifies: (key: KeyObject) => boolean,
): string | undefined {
  const index = keys.findIndex(verifies);
  return index === -1 ? undefined : String(index + 1);
}
