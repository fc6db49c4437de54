/** One environment variable: its name, its meaning and how its text becomes a value. */
export interface Setting<T = unknown> {
  readonly name: string;
  /** For `.env.example`: one or more lines, in sentences. */
  readonly description: string;
  /** The text used when the variable is unset or empty. */
  readonly fallback: string;
  /** A secret value is never printed, not even when it is faulty. */
  readonly secret: boolean;
  /** The first start writes a fresh random value for it into `.env`. */
  readonly generated: boolean;
  /** How a fresh value is written, of random bytes; base64url where nothing is said. */
  readonly writeFresh?: (random: Buffer) => string;
  parse(text: string): ParsedSetting<T>;
}

export type ParsedSetting<T> = { ok: true; value: T } | { ok: false; fault: string };

/** Reads the value of a setting; supplied by `platform/config`. */
export type ReadSetting = <T>(setting: Setting<T>) => T;

export interface Described {
  name: string;
  description: string;
  fallback?: string;
}

/** For kinds of settings that stand in files of their own. */
export function setting<T>(described: Described, parse: (text: string) => ParsedSetting<T>): Setting<T> {
  return { fallback: '', secret: false, generated: false, ...described, parse };
}

const ok = <T>(value: T): ParsedSetting<T> => ({ ok: true, value });
const fault = (text: string): { ok: false; fault: string } => ({ ok: false, fault: text });

export function text(described: Described): Setting<string> {
  return setting(described, ok);
}

/** A single secret; surrounding white space is not part of it. */
export function secret(described: Described & { generated?: boolean }): Setting<string> {
  return {
    ...setting(described, (value) => ok(value.trim())),
    generated: described.generated ?? false,
    secret: true,
  };
}

/** The parts of a comma-separated text; blanks are dropped. */
export function commaSeparated(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Comma-separated secrets, all accepted at once, so that one can be rotated; blanks are dropped. */
export function secrets(described: Described & { generated?: boolean }): Setting<readonly string[]> {
  const parse = (value: string): ParsedSetting<readonly string[]> => ok(commaSeparated(value));
  return { ...setting(described, parse), generated: described.generated ?? false, secret: true };
}

export function integer(described: Described & { min: number; max: number }): Setting<number> {
  const { min, max } = described;
  return setting(described, (value) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= min && number <= max
      ? ok(number)
      : fault(`must be a whole number from ${min} to ${max}`);
  });
}

export function choice<const C extends string>(described: Described & { choices: readonly C[] }): Setting<C> {
  const { choices } = described;
  return setting(described, (value) => {
    const chosen = choices.find((candidate) => candidate === value);
    return chosen === undefined ? fault(`must be one of ${choices.filter(Boolean).join(', ')}`) : ok(chosen);
  });
}

/** An absolute URL of one of the given protocols (`https:` …), or empty. */
export function url(
  described: Described & { protocols: readonly string[]; secret?: boolean },
): Setting<string> {
  const { protocols } = described;
  return {
    ...setting(described, (value) => {
      if (value === '') return ok('');
      const start = protocols.find((protocol) => value.toLowerCase().startsWith(`${protocol}//`));
      return start !== undefined && URL.canParse(value)
        ? ok(value)
        : fault(`must be a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}`);
    }),
    secret: described.secret ?? false,
  };
}

/** An absolute URL to which paths are to be appended, or empty. As with {@link namedUrls}, a faulty one is not printed. */
export function baseUrl(described: Described & { protocols: readonly string[] }): Setting<string> {
  const { protocols } = described;
  const parse = (value: string): ParsedSetting<string> => {
    const wrong = value === '' ? undefined : faultOfBase(value, protocols);
    return wrong === undefined ? ok(value) : fault(`must be ${wrong}`);
  };
  return { ...setting(described, parse), secret: true };
}

/**
 * `name=url`, separated by commas. No URL may have a password; one that has it all the same must not be
 * printed, so the whole is as good as a secret.
 */
export function namedUrls(
  described: Described & { protocols: readonly string[] },
): Setting<ReadonlyMap<string, string>> {
  const { protocols } = described;
  const parse = (value: string): ParsedSetting<ReadonlyMap<string, string>> =>
    parseNamed(value, 'url', (address) => {
      const wrong = faultOfBase(address, protocols);
      return wrong === undefined ? ok(address) : fault(`must have ${wrong}`);
    });
  return { ...setting(described, parse), secret: true };
}

/**
 * Pairs of a name and a text, separated by commas, each name once; blanks are dropped. A fault names no text, which
 * may be a secret.
 *
 * @param form what stands behind the equals sign, for whoever wrote something else
 */
export function parseNamed<T>(
  value: string,
  form: string,
  parse: (text: string) => ParsedSetting<T>,
): ParsedSetting<ReadonlyMap<string, T>> {
  const named = new Map<string, T>();
  for (const [index, pair] of value.split(',').entries()) {
    if (pair.trim() === '') continue;
    const [, name = '', text = ''] = /^([a-z][a-z0-9-]*)=(.*)$/.exec(pair.trim()) ?? [];
    if (name === '') {
      return fault(
        `must be name=${form}, separated by commas, with names of a-z, 0-9 and hyphens: number ${index + 1} is not`,
      );
    }
    if (named.has(name)) return fault(`has ${name} twice`);
    const parsed = parse(text);
    if (!parsed.ok) return fault(`${parsed.fault} for ${name}`);
    named.set(name, parsed.value);
  }
  return ok(named);
}

/** What a URL to which paths are to be appended ought to be, and is not. */
function faultOfBase(address: string, protocols: readonly string[]): string | undefined {
  if (
    !URL.canParse(address) ||
    !protocols.some((protocol) => address.toLowerCase().startsWith(`${protocol}//`))
  ) {
    return `a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}`;
  }
  const { username, password, href } = new URL(address);
  if (username !== '' || password !== '') return 'a URL without a user or a password';
  if (/[?#]/.test(href)) return 'a URL without a query or a fragment';
  return undefined;
}
