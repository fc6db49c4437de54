import { prepareService } from './prepare.mjs';

import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ensureProgram } from './launcher/debian-program.mjs';
import { makeTestFolder, runJest } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';
import { inProject } from './launcher/paths.mjs';
import { ensureRedis, startRedis } from './launcher/redis.mjs';
import { step } from './launcher/step.mjs';

const REPORTERS = ['--reporters=default', '--reporters=./scripts/config/test-counts.mjs'];

const prometheus = { debianPackage: 'prometheus', name: 'Prometheus' };
const alertmanager = { debianPackage: 'prometheus-alertmanager', name: 'Alertmanager' };

/** What the tests need beside Redis, by the variable that tells them where it is. */
const PROGRAMS = {
  TEST_HAPROXY_PROGRAM: { programs: ['haproxy'], debianPackage: 'haproxy', name: 'HAProxy' },
  TEST_PROMETHEUS_PROGRAM: { programs: ['prometheus'], ...prometheus },
  TEST_PROMTOOL_PROGRAM: { programs: ['promtool'], ...prometheus },
  TEST_ALERTMANAGER_PROGRAM: { programs: ['prometheus-alertmanager', 'alertmanager'], ...alertmanager },
  TEST_AMTOOL_PROGRAM: { programs: ['amtool'], ...alertmanager },
};

/** The database that those of most tests are copies of. */
const TEMPLATE = 'template_of_tests';

/** How to close what is open, the last to be closed first. */
const opened = [];

await prepareService();
await launch(runTests, closeAll);

async function runTests() {
  const { folder, remove } = makeTestFolder();
  opened.push(remove);

  const redis = await ensureRedis();
  const programs = {};
  for (const [variable, wanted] of Object.entries(PROGRAMS)) programs[variable] = await ensureProgram(wanted);
  const redisUrl = await step('Starting Redis', () => open(startRedis(redis, join(folder, 'redis'))));
  const databaseUrl = await step('Starting PostgreSQL', () => openPostgres(join(folder, 'postgres')));

  const countsFile = join(folder, 'counts.json');
  const env = {
    TEST_DATABASE_URL: databaseUrl,
    TEST_DATABASE_TEMPLATE: TEMPLATE,
    TEST_REDIS_URL: redisUrl,
    TEST_REDIS_PROGRAM: redis,
    ...programs,
    TEST_COUNTS_FILE: countsFile,
    // What interrupted tests leave goes with the folder; a PostgreSQL server that lost its data ends by itself.
    TMPDIR: createScratchFolder(folder),
  };
  // `--reporters` takes all that follows it, so what was typed comes before.
  process.exitCode = await runJest([...process.argv.slice(2), ...REPORTERS], env);
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : undefined;
  await closeAll();

  if (counts?.skipped > 0) console.log(`${counts.skipped} skipped`);
  console.log(`${counts?.passed ?? 0} passed, ${counts?.failed ?? 0} failed`);
}

function createScratchFolder(folder) {
  const scratch = join(folder, 'tmp');
  mkdirSync(scratch);
  chmodSync(scratch, 0o1777);
  return scratch;
}

/** The service's own embedded PostgreSQL, so that the tests run on what a newcomer runs on. */
async function openPostgres(folder) {
  const { lockDataDir, startEmbeddedPostgres } = await import('../dist/platform/embedded-postgres/index.js');
  const lock = lockDataDir(folder);
  opened.push(() => lock.release());
  const url = await open(startEmbeddedPostgres({ lock, report: () => {} }));
  await forgetTheDisk(url);
  await makeTemplate(url);
  return url;
}

/** Its data are thrown away anyway. Suites that kill a server or fill its disk have one of their own. */
async function forgetTheDisk(url) {
  await query(url, 'ALTER SYSTEM SET fsync = off', 'SELECT pg_reload_conf()');
}

/** All tables, ours and the queue's, and nothing in them: to copy them takes a fraction of the time to make them. */
async function makeTemplate(serverUrl) {
  const [{ createPool }, { connectQueue }, { migrate }] = await Promise.all([
    import('../dist/platform/database/index.js'),
    import('../dist/platform/queue/index.js'),
    import('../dist/store/migrations/index.js'),
  ]);
  await query(serverUrl, `CREATE DATABASE ${TEMPLATE}`);
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  const pool = createPool(url.href, () => {});
  await migrate({ pool, directory: inProject('prisma', 'migrations'), report: () => {} });
  await pool.end();
  const outage = { feel: () => {}, end: () => {} };
  const queue = await connectQueue({ kind: 'postgres' }, url.href, outage, randomUUID());
  await queue.close();
}

async function query(url, ...statements) {
  const { default: pg } = await import('pg');
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** A server that is interrupted while it starts is closed, too, as soon as it can be. */
async function open(starting) {
  opened.push(() =>
    starting.then(
      (server) => server.stop(),
      () => undefined,
    ),
  );
  return (await starting).url;
}

async function closeAll() {
  for (let close = opened.pop(); close; close = opened.pop()) await close();
}
