import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { Logger } from 'winston';
import { AppModule } from './app.module.js';
import {
  addAdmission,
  addRequestMetrics,
  FailedVerifications,
  registerProviders,
  WEBHOOK_ROUTE,
  type ProviderRegistry,
} from './ingest/index.js';
import { DrainDelay } from './ops/index.js';
import type { Provider } from './model/index.js';
import { serveApiDocs } from './platform/api-docs/index.js';
import { namesCollector, type Config } from './platform/config/index.js';
import { createPool, type DatabasePool } from './platform/database/index.js';
import {
  addCorrelation,
  answerMalformed,
  answerUnroutable,
  correlationIdOf,
  keepRawBodies,
  limitConnections,
  ProblemFilter,
  takeEveryRequest,
  tracedFetch,
  traceRequests,
  trustProxyOf,
} from './platform/http/index.js';
import { FrameworkLogger, Outage } from './platform/logging/index.js';
import { watchProcess } from './platform/metrics/index.js';
import { Closers } from './platform/process/index.js';
import { connectQueue } from './platform/queue/index.js';
import { isTracing, tracer } from './platform/tracing/index.js';
import { migrate, MIGRATIONS, MigrationError, readInstallationId } from './store/index.js';

const PACKAGE = resolve(import.meta.dirname, '..', 'package.json');

/** Bytes of a body, except where the admission allows more: to webhooks. */
const BODY_LIMIT = 64 * 1024;

/** Milliseconds for the head of a request to arrive, and how often it is looked who is too slow. */
const HEADERS_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;

/** Bytes of the head of a request. */
const HEAD_LIMIT = 16 * 1024;

/** Milliseconds after which a connection is cut over which nothing goes during a request; no answer takes so long. */
const IDLE_TIMEOUT_MS = 90_000;

/** Milliseconds for the drain of the workers and the end of the HTTP server, all in all. */
const APPLICATION_CLOSE_MS = 15_000;

/** Milliseconds for the embedded PostgreSQL to write everything. */
const DATABASE_CLOSE_MS = 20_000;

/** Milliseconds for requests in hand to come to their end when the service stops. */
const CLOSE_GRACE_MS = 3_000;

export interface RunningService {
  readonly url: string;
  readonly providers: ProviderRegistry;
  /** Resolves when something happened after which the service cannot go on. */
  readonly failed: Promise<string>;
  /** Passes before the stop, where load balancers are to learn of it first. */
  readonly drainDelay: DrainDelay;
  /** Drains and closes everything that was opened. */
  stop(): Promise<void>;
}

/**
 * Starts the service: database, migrations, queue, application.
 *
 * @param offered all providers, those that have no secret too
 * @param report is told each step that takes time
 * @throws what is in the way; then all that was opened is closed again
 */
export async function startService(
  config: Config,
  offered: readonly Provider[],
  logger: Logger,
  report: (line: string) => void,
): Promise<RunningService> {
  const closers = new Closers();
  openTracing(config, logger, closers);
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await closers.closeAll();
  };
  try {
    const database = await openDatabase(config, report, closers);
    const pool = createPool(database.url, (error) => {
      // That connections go when everything stops is no news.
      if (!stopping) logger.warn('A database connection was lost', { error });
    });
    closers.add('database connections', () => pool.end());
    await migrateDatabase(pool, database.url, report);

    const installationId = await readInstallationId(pool);
    const outage = new Outage(logger, 'The queue is away');
    const queue = await connectQueue(config.queue, database.url, outage, installationId);
    closers.add('queue connections', () => queue.close());
    const providers = registerProviders(offered, config, {
      now: Date.now,
      fetch: tracedFetch,
      trustedRoots: rootCertificates,
    });

    const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
    watchProcess({ version, role: config.role });
    const app = await createApplication({ config, logger, pool, queue, providers });
    closers.add('application', () => app.close(), APPLICATION_CLOSE_MS);
    await app.listen(config.port, config.host);
    const { port } = app.getHttpServer().address() as { port: number };
    database.announce(port);
    const url = `http://localhost:${port}`;
    return { url, providers, failed: database.failed, drainDelay: app.get(DrainDelay), stop };
  } catch (error) {
    await stop().catch((fault: unknown) => logger.warn('Not everything was closed', { error: fault }));
    throw error;
  }
}

/** Traces are the last that is closed, for they tell of the rest. */
function openTracing(config: Config, logger: Logger, closers: Closers): void {
  if (namesCollector(config) && !isTracing()) {
    logger.warn('Nothing is traced: dist/telemetry.js must be preloaded, as by npm start (docs/tracing.md)');
  }
  tracer().reportTo(logger);
  closers.add('traces', () => tracer().stop());
}

/** @throws what is in the way, named by the database's address: a driver's message alone tells nobody what to mend */
async function migrateDatabase(
  pool: DatabasePool,
  url: string,
  report: (line: string) => void,
): Promise<void> {
  try {
    await migrate({ pool, directory: MIGRATIONS, report });
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    const { host, pathname } = new URL(url);
    const message = `PostgreSQL at ${host}${pathname}: ${error instanceof Error ? error.message : String(error)}`;
    throw new Error(message, { cause: error });
  }
}

interface OpenDatabase {
  readonly url: string;
  readonly failed: Promise<string>;
  announce(port: number): void;
}

/** The configured database, or the embedded one under the lock of its folder. */
async function openDatabase(
  config: Config,
  report: (line: string) => void,
  closers: Closers,
): Promise<OpenDatabase> {
  if (config.databaseUrl !== '') {
    return { url: config.databaseUrl, failed: new Promise(() => undefined), announce: () => undefined };
  }
  const { lockDataDir, startEmbeddedPostgres } = await import('./platform/embedded-postgres/index.js');
  const lock = lockDataDir(config.dataDir);
  closers.add('data folder', () => lock.release());
  const postgres = await startEmbeddedPostgres({ lock, report });
  closers.add('embedded PostgreSQL', () => postgres.stop(), DATABASE_CLOSE_MS);
  const failed = postgres.ended.then((how) => `The embedded PostgreSQL ended: ${how}`);
  return { url: postgres.url, failed, announce: (port) => lock.announce(port) };
}

async function createApplication(
  resources: Parameters<typeof AppModule.with>[0],
): Promise<NestFastifyApplication> {
  const { config, logger, providers } = resources;
  const adapter = new FastifyAdapter({
    genReqId: correlationIdOf,
    clientErrorHandler: answerMalformed,
    frameworkErrors: answerUnroutable,
    // What Node would refuse without a word of ours is refused by `takeEveryRequest`.
    http: {
      requireHostHeader: false,
      maxHeaderSize: HEAD_LIMIT,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, config.requestTimeoutMs),
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: config.keepAliveMs,
    trustProxy: trustProxyOf(config.trustProxy),
    // What still comes over an open connection is answered like everything before.
    return503OnClosing: false,
    // Names of circuits are as long as the names of hosts.
    routerOptions: { maxParamLength: 300 },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    bodyLimit: BODY_LIMIT,
    connectionTimeout: IDLE_TIMEOUT_MS,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(resources), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new FrameworkLogger(logger),
  });
  const fastify = adapter.getInstance();
  traceRequests(fastify, WEBHOOK_ROUTE);
  keepRawBodies(fastify);
  addCorrelation(fastify);
  takeEveryRequest(fastify);
  if (config.role !== 'worker') {
    addAdmission(fastify, { registry: providers, failures: app.get(FailedVerifications) });
    addRequestMetrics(fastify, providers);
  }
  limitConnections(fastify, config.maxConnections, logger);
  cutOffWhoLingers(fastify);
  app.useGlobalFilters(new ProblemFilter(logger));
  serveApiDocs(app);
  return app;
}

/** No route has a schema for Fastify, which loads what would compile them unless it is given other compilers. */
function noSchemas(): never {
  throw new Error('Routes check what they are sent themselves: none has a schema');
}

/** Whoever has sent half a request could hold the stop up for ever. */
function cutOffWhoLingers(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), CLOSE_GRACE_MS).unref();
    done();
  });
}
