import {
  baseUrl,
  choice,
  integer,
  LONGEST_RETRY_BASE_MS,
  MOST_ATTEMPTS,
  namedUrls,
  rateLimits,
  retryOverrides,
  secret,
  signingSecret,
  text,
  url,
  type Setting,
} from '../../model/index.js';
import { connectionSettings } from './connection-settings.js';
import { loggingSettings } from './logging-settings.js';
import { quarantineSettings } from './quarantine-settings.js';
import { tracingSettings } from './tracing-settings.js';
import { trustedProxies } from './trusted-proxies.js';

/** Every environment variable that is not a provider's, in the order of `.env.example`. */
export const settings = {
  port: integer({
    name: 'PORT',
    description: 'Port of the HTTP server; 0 takes a free one.',
    fallback: '3001',
    min: 0,
    max: 65535,
  }),
  host: text({
    name: 'HOST',
    description: 'Address to listen on; 127.0.0.1 keeps the service to this machine.',
    fallback: '0.0.0.0',
  }),
  publicUrl: baseUrl({
    name: 'PUBLIC_URL',
    description:
      'Address of the service as providers know it, https://hooks.example.org, since some sign it;\nwith the path that a proxy takes off, https://example.org/hooks. Empty: as each request names its host.',
    protocols: ['http:', 'https:'],
  }),
  trustProxy: trustedProxies({
    name: 'TRUST_PROXY',
    description:
      'Load balancers and proxies before the service: how many, if nobody can get past them, or their addresses and\nranges, 10.0.0.0/8,fd00::/8. They say by X-Forwarded-For where a request came from. Empty: none.',
  }),
  failedVerifications: integer({
    name: 'FAILED_VERIFICATIONS',
    description:
      'Failed verifications of an address in a minute, beyond which it is answered 429 instead of 400 and not logged\none by one. What verifies is always taken, wherever it comes from.',
    fallback: '300',
    min: 1,
    max: 1_000_000,
  }),
  rateLimits: rateLimits({
    name: 'RATE_LIMITS',
    description:
      'How much is taken of single providers, as stripe=200/s,github=3000/m (a second, minute or hour); beyond it\nverified deliveries are answered 429. With Redis for all processes together, else for each. Empty: everything.',
  }),
  ...connectionSettings,
  environment: choice({
    name: 'NODE_ENV',
    description: 'In production no .env is written, and OPS_TOKEN must be set.',
    fallback: 'development',
    choices: ['development', 'test', 'production'],
  }),
  role: choice({
    name: 'APP_ROLE',
    description: 'What this process does: api takes webhooks, worker processes them, all does both.',
    fallback: 'all',
    choices: ['all', 'api', 'worker'],
  }),
  databaseUrl: url({
    name: 'DATABASE_URL',
    description:
      'PostgreSQL 15 or later, postgresql://user:password@host:5432/database.\nEmpty: an embedded PostgreSQL whose data are kept under DATA_DIR.',
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
  }),
  providersFile: text({
    name: 'PROVIDERS_FILE',
    description:
      'JSON file with providers of your own (docs/generic-provider.md), such as providers.json. Their secrets do not\nstand in it, but here: ACME_WEBHOOK_SECRET is that of the provider acme. Empty: there are none.',
  }),
  dataDir: text({
    name: 'DATA_DIR',
    description: 'Folder of the embedded PostgreSQL and of mail that is not sent by SMTP.',
    fallback: '.data',
  }),
  redisUrl: url({
    name: 'REDIS_URL',
    description:
      'Redis 7 or later for the queue, redis://[user:password@]host:6379[/database].\nAll three Redis settings empty: the queue is kept in PostgreSQL.',
    protocols: ['redis:', 'rediss:'],
    secret: true,
  }),
  redisHost: text({ name: 'REDIS_HOST', description: 'Instead of REDIS_URL: host of the Redis server.' }),
  redisPort: text({ name: 'REDIS_PORT', description: 'Instead of REDIS_URL: its port, 6379 if empty.' }),
  opsToken: secret({
    name: 'OPS_TOKEN',
    description: 'Bearer token of the operations API. Empty: the API answers 401 to everyone.',
    generated: true,
  }),
  replayGuard: choice({
    name: 'REPLAY_GUARD',
    description:
      'What becomes of an event that may be a replay of another (the same signed body under a new delivery id):\nmark accepts it and says so, reject answers 400. What can only be a replay is always refused.',
    fallback: 'mark',
    choices: ['mark', 'reject'],
  }),
  workerConcurrency: integer({
    name: 'WORKER_CONCURRENCY',
    description: 'Runs that this process executes at the same time.',
    fallback: '16',
    min: 1,
    max: 1000,
  }),
  maxAttempts: integer({
    name: 'MAX_ATTEMPTS',
    description: 'Attempts of a run before it becomes a dead letter.',
    fallback: '3',
    min: 1,
    max: MOST_ATTEMPTS,
  }),
  retryBaseMs: integer({
    name: 'RETRY_BASE_MS',
    description: 'After attempt n fails, the next one comes 2^n times this many milliseconds later.',
    fallback: '1000',
    min: 1,
    max: LONGEST_RETRY_BASE_MS,
  }),
  retryJitter: integer({
    name: 'RETRY_JITTER',
    description: 'Percent of that wait, up to which more is added at random; 0 keeps it exact.',
    fallback: '0',
    min: 0,
    max: 100,
  }),
  retryOverrides: retryOverrides({
    name: 'RETRY_OVERRIDES',
    description:
      'Other attempts and base for single providers: stripe=5:2000,github=:500 (attempts:milliseconds).\nA workflow may have its own in its file.',
  }),
  stepTimeoutMs: integer({
    name: 'STEP_TIMEOUT_MS',
    description: 'Milliseconds that a step may take, unless its workflow says otherwise.',
    fallback: '60000',
    min: 100,
    max: 3_600_000,
  }),
  circuitFailures: integer({
    name: 'CIRCUIT_FAILURES',
    description:
      'So many failures within 30 seconds, and no fewer than successes, and a target (an SMTP server, an HTTP host)\ncounts as out of order: runs that need it wait. A provider takes twice as many.',
    fallback: '10',
    min: 1,
    max: 1_000_000,
  }),
  circuitCooldownMs: integer({
    name: 'CIRCUIT_COOLDOWN_MS',
    description: 'What is out of order is left alone for this many milliseconds, then tried once.',
    fallback: '10000',
    min: 100,
    max: 3_600_000,
  }),
  smtpUrl: url({
    name: 'SMTP_URL',
    description:
      'SMTP server for e-mail, smtp[s]://user:password@host:587.\nEmpty: messages become .eml files under DATA_DIR/mail.',
    protocols: ['smtp:', 'smtps:'],
    secret: true,
  }),
  mailFrom: text({
    name: 'MAIL_FROM',
    description: 'Sender of e-mail.',
    fallback: 'Integration Service <no-reply@localhost>',
  }),
  httpTargets: namedUrls({
    name: 'HTTP_TARGETS',
    description:
      'Services that workflows send to by name, such as shop=https://shop.example.org/api; separated by commas.\nhttp:// and private addresses are allowed here.',
    protocols: ['https:', 'http:'],
  }),
  httpSigningSecret: signingSecret({
    name: 'HTTP_SIGNING_SECRET',
    description:
      'Signs what workflows send by HTTP, as Standard Webhooks: base64 of 24 to 64 bytes, with or without\n"whsec_". Give it to the targets. Empty: nothing is sent.',
    generated: true,
  }),
  httpTimeoutMs: integer({
    name: 'HTTP_TIMEOUT_MS',
    description:
      'Milliseconds for a target to take the connection, to answer, and between two pieces of its answer.\nAfter three times as long every request is ended.',
    fallback: '10000',
    min: 100,
    max: 300_000,
  }),
  httpAllowPrivate: choice({
    name: 'HTTP_ALLOW_PRIVATE',
    description:
      'Whether URLs that come out of events may lead to private addresses, and by http:// (yes or no).',
    fallback: 'no',
    choices: ['yes', 'no'],
  }),
  payloadRetentionMonths: integer({
    name: 'PAYLOAD_RETENTION_MONTHS',
    description:
      'Months for which the bodies of events are kept, whole calendar months (UTC); 0 keeps them for ever.\nWhat is dropped is written into the audit. Events and their audit trail stay.',
    fallback: '0',
    min: 0,
    max: 1200,
  }),
  ...quarantineSettings,
  ...tracingSettings,
  ...loggingSettings,
} as const satisfies Record<string, Setting>;
