import { commaSeparated, setting, type Described, type ParsedSetting, type Setting } from './setting.js';

const PREFIX = 'whsec_';

/** Bytes. Source: standard-webhooks.md, "Signature scheme". */
const SHORTEST = 24;
const LONGEST = 64;

/** Bytes. Svix lets its customers choose keys somewhat longer than the specification has them. */
const LONGEST_OF_OTHERS = 75;

/** The key in a secret of Standard Webhooks: base64 after an optional `whsec_`. */
export function signingKey(secret: string): Buffer {
  return Buffer.from(withoutPrefix(secret), 'base64');
}

/** A secret that we sign with as Standard Webhooks; or empty. */
export function signingSecret(described: Described & { generated?: boolean }): Setting<string> {
  return {
    ...setting(described, (value): ParsedSetting<string> => {
      return value === '' || isSigningSecret(value, LONGEST)
        ? { ok: true, value }
        : {
            ok: false,
            fault: `must be base64 of ${SHORTEST} to ${LONGEST} bytes, with or without whsec_ before it`,
          };
    }),
    generated: described.generated ?? false,
    secret: true,
    writeFresh,
  };
}

/** Comma-separated secrets that others sign with as Standard Webhooks, all accepted at once; blanks are dropped. */
export function signingSecrets(described: Described): Setting<readonly string[]> {
  return {
    ...setting(described, (value): ParsedSetting<readonly string[]> => {
      const parts = commaSeparated(value);
      return parts.every((part) => isSigningSecret(part, LONGEST_OF_OTHERS))
        ? { ok: true, value: parts }
        : {
            ok: false,
            fault: `must be base64 of ${SHORTEST} to ${LONGEST_OF_OTHERS} bytes each, with or without whsec_ before it`,
          };
    }),
    secret: true,
    writeFresh,
  };
}

function isSigningSecret(value: string, longest: number): boolean {
  const key = signingKey(value);
  const canonical = key.toString('base64') === withoutPrefix(value);
  return canonical && key.length >= SHORTEST && key.length <= longest;
}

function withoutPrefix(secret: string): string {
  return secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
}

function writeFresh(random: Buffer): string {
  return PREFIX + random.toString('base64');
}
