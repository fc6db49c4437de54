import { commaSeparated, setting, type Described, type ParsedSetting, type Setting } from './setting.js';

/** A name as RFC 9110 (section 5.1) has it, and a value of visible characters. */
const PAIR = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)$/;

/**
 * Headers as OpenTelemetry writes them, `name=value`, separated by commas; values are percent-encoded
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables). A fault
 * shows no value, which may be a secret.
 */
export function headerPairs(described: Described): Setting<ReadonlyMap<string, string>> {
  return { ...setting(described, parseHeaderPairs), secret: true };
}

function parseHeaderPairs(text: string): ParsedSetting<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  for (const [index, pair] of commaSeparated(text).entries()) {
    const [, name, encoded = ''] = PAIR.exec(pair) ?? [];
    const value = decode(encoded);
    if (name === undefined || value === undefined) {
      return { ok: false, fault: `must be name=value, separated by commas: number ${index + 1} is not` };
    }
    headers.set(name.toLowerCase(), value);
  }
  return { ok: true, value: headers };
}

/** @returns undefined if it is not percent-encoded, or stands for what no header can hold */
function decode(encoded: string): string | undefined {
  try {
    const value = decodeURIComponent(encoded);
    return /^[\t\x20-\x7e]*$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
