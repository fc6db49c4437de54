import { prepareService } from './prepare.mjs';

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { printTable, writeResults } from './launcher/fault-results.mjs';
import { makeTestFolder, runJest } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';
import { ensureRedis } from './launcher/redis.mjs';

// Every row of the fault matrix in its long form. What the flags mean is told in docs/reliability.md.
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    backend: { type: 'string' },
    seed: { type: 'string' },
    soak: { type: 'string' },
    short: { type: 'boolean' },
    mutants: { type: 'boolean' },
    list: { type: 'boolean' },
  },
});

/** The row that lasts as long as it is told to. */
const SOAK = '28';

await prepareService();
const { folder, remove } = makeTestFolder();
await launch(runFaults, () => Promise.resolve(remove()));
remove();

async function runFaults() {
  const results = join(folder, 'results.jsonl');
  const only = flags.only ?? (flags.soak && SOAK);
  // Jest takes no flags of ours, so they go by the environment; `test/faults/arena/plan.ts` reads them.
  const env = {
    TMPDIR: folder,
    TEST_REDIS_PROGRAM: await ensureRedis(),
    FAULTS_FORM: flags.short || flags.mutants ? 'short' : 'long',
    FAULTS_RESULTS: results,
    FAULTS_TASK: flags.list ? 'list' : flags.mutants ? 'mutants' : 'matrix',
    ...(only && { FAULTS_ONLY: only }),
    ...(flags.backend && { FAULTS_BACKEND: flags.backend }),
    ...(flags.soak && { FAULTS_SOAK_MS: String(milliseconds(flags.soak)) }),
    ...(flags.seed && { SEED: flags.seed }),
  };
  const args = ['--runInBand', '--runTestsByPath', 'test/faults/matrix.test.ts'];
  process.exitCode = await runJest(args, env);
  if (existsSync(results)) reportTrials(results);
}

function reportTrials(results) {
  const trials = readFileSync(results, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  printTable(trials);
  writeResults(trials);
}

/** @param {string} text such as `30m` or `90s` */
function milliseconds(text) {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`--soak takes a time such as 90s or 30m, not ${text}`);
  return Number(number) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit];
}
