import { prepareService } from './prepare.mjs';

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { printTable, writeResults } from './launcher/fault-results.mjs';
import { makeTestFolder, runJest } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';
import { ensureRedis } from './launcher/redis.mjs';

// Every row of the fault matrix in its long form, see docs/reliability.md.
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    backend: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    soak: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const { folder, remove } = makeTestFolder();
await prepareService();
await launch(runFaults, async () => remove());
remove();

async function runFaults() {
  const results = join(folder, 'results.jsonl');
  const env = {
    TMPDIR: folder,
    TEST_REDIS_PROGRAM: flags.list ? '' : await ensureRedis(),
    FAULTS_FORM: flags.short ? 'short' : 'long',
    FAULTS_RESULTS: results,
    ...(flags.only !== undefined && { FAULTS_ONLY: flags.only }),
    ...(flags.backend !== undefined && { FAULTS_BACKEND: flags.backend }),
    ...(flags.soak !== undefined && { FAULTS_SOAK_MS: String(milliseconds(flags.soak)) }),
    ...(flags.seed !== undefined && { SEED: flags.seed }),
  };
  const file = flags.list ? 'list' : flags.mutants ? 'mutants' : 'matrix';
  process.exitCode = await runJest(['--runInBand', '--runTestsByPath', `test/faults/${file}.test.ts`], env);
  if (!existsSync(results)) return;
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
