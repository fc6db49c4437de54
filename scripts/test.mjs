import { prepareService } from './prepare.mjs';

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runTool } from './launcher/command.mjs';
import { launch } from './launcher/launch.mjs';
import { findRedis, installRedis, startRedis } from './launcher/redis.mjs';
import { step } from './launcher/step.mjs';

const JEST = ['--config', 'scripts/config/jest.config.mjs'];
const REPORTERS = ['--reporters=default', '--reporters=./scripts/config/test-counts.mjs'];

/** How to close what is open, the last to be closed first. */
const opened = [];

await prepareService();
await launch(runTests, closeAll);

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'integration-service-test-'));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  // PostgreSQL runs as another user when we are root, and must get to its own folder through this one.
  chmodSync(folder, 0o755);

  if (!findRedis()) await step('Installing redis-server with apt-get', installRedis);
  const redisUrl = await step('Starting Redis', () => openRedis(join(folder, 'redis')));
  const databaseUrl = await step('Starting PostgreSQL', () => openPostgres(join(folder, 'postgres')));

  const countsFile = join(folder, 'counts.json');
  const env = {
    TEST_DATABASE_URL: databaseUrl,
    TEST_REDIS_URL: redisUrl,
    TEST_COUNTS_FILE: countsFile,
    // What interrupted tests leave goes with the folder; a PostgreSQL server that lost its data ends by itself.
    TMPDIR: createScratchFolder(folder),
  };
  // `--reporters` takes all that follows it, so what was typed comes before.
  const args = [...JEST, ...process.argv.slice(2), ...REPORTERS];
  process.exitCode = await runTool('jest', args, { env, show: true }).then(
    () => 0,
    (failure) => failure.exitCode,
  );
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

async function openRedis(folder) {
  return open(startRedis(findRedis(), folder));
}

/** The service's own embedded PostgreSQL, so that the tests run on what a newcomer runs on. */
async function openPostgres(folder) {
  const { lockDataDir, startEmbeddedPostgres } = await import('../dist/platform/embedded-postgres/index.js');
  const lock = lockDataDir(folder);
  opened.push(() => lock.release());
  return open(startEmbeddedPostgres({ lock, report: () => {} }));
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
