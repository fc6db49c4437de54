import type { Provider, ReadSetting, Setting } from '../../model/index.js';
import { findNearMisses } from './near-miss.js';
import { settings } from './settings.js';

type Settings = typeof settings;
type ValueOf<S> = S extends Setting<infer Value> ? Value : never;

/** Where the queue is kept. */
export type QueueBackend = { kind: 'postgres' } | { kind: 'redis'; url: string };

/** The checked environment. Frozen; read once at the start. */
export type Config = Readonly<{
  [Key in Exclude<keyof Settings, 'redisUrl' | 'redisHost' | 'redisPort'>]: ValueOf<Settings[Key]>;
}> & {
  readonly queue: QueueBackend;
  /** Values of the providers' settings. */
  readonly read: ReadSetting;
};

/** What the environment needs to know of a provider. */
export type ConfiguredProvider = Pick<Provider, 'name' | 'settings'>;

/** Token under which the {@link Config} is injected. */
export const CONFIG = Symbol('CONFIG');

/** Everything that is wrong with the environment and the files that it names, told at once. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`);
    this.name = 'ConfigError';
  }
}

/** What is in the way, for whoever typed the command: without a stack, every fault of the environment named. */
export function explainFault(error: unknown): string {
  if (error instanceof ConfigError) {
    return [`${error.message}:`, ...error.faults.map((fault) => `  - ${fault}`)].join('\n');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Names and texts; an empty text is as good as an absent one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param environment variables of the process over those of the `.env` file
 * @param providers whose settings are read, too
 * @param ofFiles what is wrong with the files that the environment names, to be told with the rest
 * @throws {ConfigError} naming every fault; never with the value of a secret
 */
export function readConfig(
  environment: Environment,
  providers: readonly ConfiguredProvider[],
  ofFiles: readonly string[] = [],
): Config {
  const known = [...Object.values(settings), ...providers.flatMap((provider) => provider.settings)];
  const faults = findNearMisses(
    Object.keys(environment),
    known.map(({ name }) => name),
  );
  const values = new Map<string, unknown>();
  for (const setting of known) {
    const given = environment[setting.name]?.trim() ?? '';
    const parsed = setting.parse(given === '' ? setting.fallback : given);
    // A faulty one is read as if it were not set, so that what depends on it can be checked all the same.
    const used = parsed.ok ? parsed : setting.parse(setting.fallback);
    if (used.ok) values.set(setting.name, used.value);
    if (!parsed.ok)
      faults.push(`${setting.name} ${parsed.fault}${setting.secret ? '' : `, but is "${given}"`}`);
  }

  const read: ReadSetting = <T>(setting: Setting<T>) => values.get(setting.name) as T;
  const queue = readQueueBackend(read, faults);
  for (const setting of [settings.retryOverrides, settings.rateLimits]) {
    for (const name of read<ReadonlyMap<string, unknown>>(setting).keys()) {
      if (!providers.some((provider) => provider.name === name)) {
        faults.push(`${setting.name} has ${name}, but there is no such provider`);
      }
    }
  }
  for (const { provider } of read(settings.doctorSecrets)) {
    if (!providers.some(({ name }) => name === provider)) {
      faults.push(`DOCTOR_SECRETS has ${provider}, but there is no such provider`);
    }
  }
  if (read(settings.environment) === 'production' && read(settings.opsToken) === '') {
    faults.push('OPS_TOKEN must be set in production');
  }
  faults.push(...ofFiles);
  if (faults.length > 0) throw new ConfigError(faults);

  return Object.freeze({
    ...(Object.fromEntries(
      Object.entries(settings).map(([key, setting]) => [key, values.get(setting.name)]),
    ) as Omit<Config, 'queue' | 'read'>),
    queue,
    read,
  });
}

function readQueueBackend(read: ReadSetting, faults: string[]): QueueBackend {
  const [redisUrl, host, port] = [
    read(settings.redisUrl),
    read(settings.redisHost),
    read(settings.redisPort),
  ];
  if (redisUrl !== '' && (host !== '' || port !== '')) {
    faults.push('REDIS_URL and REDIS_HOST or REDIS_PORT are both set: keep one of them');
  }
  if (redisUrl !== '') return { kind: 'redis', url: redisUrl };
  if (host === '' && port === '') return { kind: 'postgres' };
  const number = port === '' ? 6379 : Number(port);
  if (!/^\d*$/.test(port) || number < 1 || number > 65535) {
    faults.push(`REDIS_PORT must be a whole number from 1 to 65535, but is "${port}"`);
  }
  const server = `redis://${host === '' ? 'localhost' : host}`;
  if (!URL.canParse(`${server}:6379`)) faults.push(`REDIS_HOST must be a host name, but is "${host}"`);
  return { kind: 'redis', url: `${server}:${number}` };
}
