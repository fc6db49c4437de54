import { ConfigError, readConfig, type Config } from './config.js';
import { readEnvironment } from './env-file.js';
import { settings } from './settings.js';
import { tracingSettings } from './tracing-settings.js';

export type TracingConfig = Pick<Config, keyof typeof tracingSettings | 'role'>;

/** Whether there is anybody to send traces to. */
export function namesCollector({ jaegerEndpoint, otlpEndpoint }: TracingConfig): boolean {
  return jaegerEndpoint !== '' || otlpEndpoint !== '';
}

/**
 * What must be known before anything else is loaded.
 *
 * @param file the `.env` file, which need not be there
 * @returns undefined if something is wrong: the start tells of that, with all the rest
 */
export function readTracingConfig(file: string): TracingConfig | undefined {
  const environment = readEnvironment(file);
  const names = [...Object.values(tracingSettings), settings.role].map(({ name }) => name);
  try {
    return readConfig(Object.fromEntries(names.map((name) => [name, environment[name]])), []);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
