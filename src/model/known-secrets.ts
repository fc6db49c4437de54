import { setting, type Described, type ParsedSetting, type Setting } from './setting.js';

/** A secret that nothing is accepted with, by which the doctor recognises who signed a request. */
export interface KnownSecret {
  readonly provider: string;
  /** What its owner calls it, such as `retired` or `test`. */
  readonly name: string;
  readonly secret: string;
}

/** What a secret is called that was given no name. */
export const RETIRED = 'retired';

/** `provider=secret` or `provider:name=secret`, separated by commas. A fault never shows what stands behind the equals sign. */
export function knownSecrets(described: Described): Setting<readonly KnownSecret[]> {
  return { ...setting(described, parseKnownSecrets), secret: true };
}

function parseKnownSecrets(text: string): ParsedSetting<readonly KnownSecret[]> {
  const known: KnownSecret[] = [];
  for (const [index, part] of text.split(',').entries()) {
    if (part.trim() === '') continue;
    const [, provider, name = RETIRED, secret = ''] =
      /^([a-z][a-z0-9-]*)(?::([a-z][a-z0-9-]*))?=(.*)$/.exec(part.trim()) ?? [];
    if (provider === undefined || secret.trim() === '') {
      return {
        ok: false,
        fault: `must be provider=secret or provider:name=secret, separated by commas: number ${index + 1} is not`,
      };
    }
    known.push({ provider, name, secret: secret.trim() });
  }
  return { ok: true, value: known };
}
