import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image?: string;
  readonly build?: unknown;
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, string>> } };
  readonly command?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export const COMPOSE_FILE = 'docker-compose.yml';

/** With its anchors merged, and its variables as they stand there. */
export function readComposeFile(): ComposeFile {
  return parse(readFileSync(COMPOSE_FILE, 'utf8'), { merge: true }) as ComposeFile;
}

/** `${NAME:-default}`, `${NAME-default}` and `${NAME:?what is missing}`, as Compose reads them. */
const VARIABLE = /\$\{(\w+)(?:(:?[-?])([^}]*))?\}/g;

/** @throws naming the variable that must be set and is not */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(VARIABLE, (_all, name: string, operator: string | undefined, rest = '') => {
    const value = variables[name];
    const isMissing = value === undefined || (value === '' && operator?.startsWith(':') === true);
    if (isMissing && operator?.endsWith('?') === true) throw new Error(`${name}: ${String(rest)}`);
    return isMissing ? String(rest) : value;
  });
}
