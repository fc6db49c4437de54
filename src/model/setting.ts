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

/** Comma-separated secrets, all accepted at once, so that one can be rotated; blanks are dropped. */
export function secrets(described: Described & { generated?: boolean }): Setting<readonly string[]> {
  const parse = (value: string): ParsedSetting<readonly string[]> =>
    ok(
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );
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
