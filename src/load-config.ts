import { readFileSync } from 'node:fs';
import type { Provider } from './model/index.js';
import { loadEnvironment, readConfig, settings, type Config } from './platform/config/index.js';
import { parseProvidersFile, providers as builtIn, type ProvidersFile } from './providers/index.js';

/** Everything that is read before anything starts. */
export interface LoadedConfig {
  readonly config: Config;
  /** Those that are built in, and those of `PROVIDERS_FILE`. */
  readonly providers: readonly Provider[];
}

/**
 * The checked environment with the providers that there are.
 *
 * @param report is told when a `.env` was written
 * @throws {ConfigError} naming every fault of the environment and of `PROVIDERS_FILE`
 */
export function loadConfig(report: (line: string) => void): LoadedConfig {
  const environment = loadEnvironment('.env', builtIn, report);
  const path = environment[settings.providersFile.name]?.trim() ?? '';
  const file = path === '' ? NO_FILE : readProvidersFile(path);
  const providers = [...builtIn, ...file.providers];
  // A provider with faults is none, but what is set for it is no mistake as well.
  const named = [...providers, ...file.faulty.map((name) => ({ name, settings: [] }))];
  return { config: readConfig(environment, named, file.faults), providers };
}

const NO_FILE: ProvidersFile = { providers: [], faulty: [], faults: [] };

function readProvidersFile(path: string): ProvidersFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return { ...NO_FILE, faults: [`PROVIDERS_FILE: ${path} cannot be read (${code})`] };
  }
  const taken = builtIn.map(({ name }) => name);
  const file = parseProvidersFile(text, taken);
  return { ...file, faults: file.faults.map((fault) => `${path} ${fault}`) };
}
