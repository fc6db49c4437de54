import { choice, secret, secrets } from '../../model/index.js';
import { ConfigError, explainFault, readConfig, type Environment } from './config.js';

const webhookSecret = secrets({ name: 'STRIPE_WEBHOOK_SECRET', description: '' });
const mode = choice({ name: 'PAYPAL_ENV', description: '', choices: ['live', 'sandbox'], fallback: 'live' });
const strictSecret = {
  ...secret({ name: 'STRICT_WEBHOOK_SECRET', description: '' }),
  parse: (value: string) =>
    value === '' || value.startsWith('whsec_')
      ? { ok: true as const, value }
      : { ok: false as const, fault: 'must start with whsec_' },
};
const ofProviders = [webhookSecret, mode, strictSecret];

const providers = [{ name: 'stripe', settings: ofProviders }];

const read = (environment: Environment) => readConfig(environment, providers);

function faultsOf(environment: Environment): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('has retry overrides for providers that there are', () => {
    expect(faultsOf({ RETRY_OVERRIDES: 'stripe=5' })).toEqual([]);
    expect(faultsOf({ RETRY_OVERRIDES: 'strpe=5' })).toEqual([
      'RETRY_OVERRIDES has strpe, but there is no such provider',
    ]);
    expect(faultsOf({ RETRY_OVERRIDES: 'stripe' })).toEqual([
      expect.stringMatching(/^RETRY_OVERRIDES must be name=attempts:base/),
    ]);
  });

  it('has secrets for the doctor of providers that there are, and shows none', () => {
    expect(faultsOf({ DOCTOR_SECRETS: 'stripe=whsec_hidden' })).toEqual([]);
    expect(faultsOf({ DOCTOR_SECRETS: 'strpe=whsec_hidden' })).toEqual([
      'DOCTOR_SECRETS has strpe, but there is no such provider',
    ]);
    expect(faultsOf({ DOCTOR_SECRETS: 'whsec_hidden' }).join()).not.toContain('hidden');
  });

  it('has rates for providers that there are', () => {
    expect(faultsOf({ RATE_LIMITS: 'stripe=5/s' })).toEqual([]);
    expect(faultsOf({ RATE_LIMITS: 'strpe=5/s' })).toEqual([
      'RATE_LIMITS has strpe, but there is no such provider',
    ]);
  });

  it('of an empty environment is one that works', () => {
    expect(read({})).toMatchObject({
      port: 3001,
      host: '0.0.0.0',
      environment: 'development',
      role: 'all',
      trustProxy: { kind: 'none' },
      rateLimits: new Map(),
      databaseUrl: '',
      dataDir: '.data',
      queue: { kind: 'postgres' },
      opsToken: '',
      workerConcurrency: 16,
      maxAttempts: 3,
      retryBaseMs: 1000,
      httpTargets: new Map(),
      httpSigningSecret: '',
      httpTimeoutMs: 10_000,
      httpAllowPrivate: 'no',
      logDir: 'logs',
      logLevel: 'info',
      logFormat: 'auto',
    });
  });

  it('takes an empty or blank text for an absent one, and drops the white space around a value', () => {
    expect(read({ PORT: '', HOST: ' \t', LOG_LEVEL: undefined })).toEqual({
      ...read({}),
      read: expect.any(Function) as unknown,
    });
    expect(read({ PORT: ' 4000 ', APP_ROLE: 'worker\r' })).toMatchObject({ port: 4000, role: 'worker' });
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(read({}))).toBe(true);
  });

  it("has the providers' settings", () => {
    const config = read({ STRIPE_WEBHOOK_SECRET: 'new, old' });
    expect(config.read(webhookSecret)).toEqual(['new', 'old']);
    expect(config.read(mode)).toBe('live');
  });

  it('ignores what is not ours', () => {
    expect(faultsOf({ HOME: '/root', HOSTNAME: 'x', NPM_TOKEN: 'x', REDIS_SERVICE_HOST: 'x' })).toEqual([]);
  });
});

describe('a faulty environment', () => {
  it('is refused with all its faults at once', () => {
    expect(
      faultsOf({
        PORT: 'http',
        APP_ROLE: 'workers',
        LOG_LEVL: 'debug',
        MAX_ATTEMPTS: '0',
        PAYPAL_ENV: 'test',
        REDIS_PORT: '0',
        STRIPE_WEBHOOK_SECRETS: 'whsec_1',
        NODE_ENV: 'production',
      }),
    ).toEqual([
      'LOG_LEVL is not a setting; did you mean LOG_LEVEL?',
      'STRIPE_WEBHOOK_SECRETS is not a setting; did you mean STRIPE_WEBHOOK_SECRET?',
      'PORT must be a whole number from 0 to 65535, but is "http"',
      'APP_ROLE must be one of all, api, worker, but is "workers"',
      'MAX_ATTEMPTS must be a whole number from 1 to 20, but is "0"',
      'PAYPAL_ENV must be one of live, sandbox, but is "test"',
      'REDIS_PORT must be a whole number from 1 to 65535, but is "0"',
      'OPS_TOKEN must be set in production',
    ]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://user:hunter2@db/app'],
    ['REDIS_URL', 'http://:hunter2@cache'],
    ['SMTP_URL', 'hunter2'],
    ['STRICT_WEBHOOK_SECRET', 'hunter2'],
    ['HTTP_SIGNING_SECRET', 'hunter2'],
    ['HTTP_TARGETS', 'shop=https://user:hunter2@shop'],
    ['HTTP_TARGETS', 'https://user:hunter2@shop'],
    ['OPS_TOKN', 'hunter2'],
    ['STRIPE_WEBHOOK_SECRETS', 'hunter2'],
  ])('never shows the secret in %s', (name, value) => {
    try {
      read({ [name]: value });
      throw new Error('must be refused');
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(explainFault(error)).toContain(name);
      expect(`${explainFault(error)} ${JSON.stringify(error)} ${String(error)}`).not.toContain('hunter2');
    }
  });

  it('in production is one without an OPS_TOKEN', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual(['OPS_TOKEN must be set in production']);
    expect(faultsOf({ NODE_ENV: 'production', OPS_TOKEN: '  ' })).toHaveLength(1);
    expect(faultsOf({ NODE_ENV: 'production', OPS_TOKEN: 'token' })).toEqual([]);
    expect(faultsOf({ NODE_ENV: 'test' })).toEqual([]);
  });

  it('is explained one fault a line', () => {
    expect(explainFault(new ConfigError(['PORT is bad']))).toBe(
      'The configuration has a fault:\n  - PORT is bad',
    );
    expect(explainFault(new ConfigError(['PORT is bad', 'HOST is bad']))).toBe(
      'The configuration has 2 faults:\n  - PORT is bad\n  - HOST is bad',
    );
    expect(explainFault(new Error('port 3001 is taken'))).toBe('port 3001 is taken');
    expect(explainFault('a text')).toBe('a text');
  });
});

describe('the queue', () => {
  it.each([
    [{}, { kind: 'postgres' }],
    [{ REDIS_URL: '', REDIS_HOST: ' ', REDIS_PORT: '' }, { kind: 'postgres' }],
    [{ REDIS_URL: 'rediss://:pw@cache:6380/2' }, { kind: 'redis', url: 'rediss://:pw@cache:6380/2' }],
    [{ REDIS_HOST: 'cache' }, { kind: 'redis', url: 'redis://cache:6379' }],
    [{ REDIS_PORT: '6380' }, { kind: 'redis', url: 'redis://localhost:6380' }],
    [
      { REDIS_HOST: 'cache', REDIS_PORT: '6380' },
      { kind: 'redis', url: 'redis://cache:6380' },
    ],
    [
      { REDIS_HOST: '[::1]', REDIS_PORT: '6380' },
      { kind: 'redis', url: 'redis://[::1]:6380' },
    ],
  ] as const)('of %j is %j', (environment, queue) => {
    expect(read(environment).queue).toEqual(queue);
  });

  const BOTH = 'REDIS_URL and REDIS_HOST or REDIS_PORT are both set: keep one of them';

  const REFUSED: [Environment, string][] = [
    [{ REDIS_URL: 'redis://a', REDIS_HOST: 'a' }, BOTH],
    [{ REDIS_URL: 'redis://a', REDIS_PORT: '1' }, BOTH],
    [{ REDIS_HOST: 'a b' }, 'REDIS_HOST must be a host name, but is "a b"'],
    [{ REDIS_HOST: 'a:1' }, 'REDIS_HOST must be a host name, but is "a:1"'],
    ...['0', '65536', '-1', 'six', '6379 1', 'tcp://10.0.0.1:6379'].map((port): [Environment, string] => [
      { REDIS_PORT: port },
      `REDIS_PORT must be a whole number from 1 to 65535, but is "${port}"`,
    ]),
  ];

  it.each(REFUSED)('of %j is refused for one reason', (environment, fault) => {
    expect(faultsOf(environment)).toEqual([fault]);
  });
});
