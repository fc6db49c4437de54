import { prepareBench } from './prepare.mjs';

import { parseArgs } from 'node:util';

import { run } from './launcher/command.mjs';
import { makeTestFolder } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';
import { buildOther } from './launcher/other-build.mjs';
import { ensureRedis } from './launcher/redis.mjs';

const MAIN = '.cache/bench/bench/main.js';

// How fast the service is, beside what would usually be written and beside what is possible at all. What the flags
// mean is told in docs/performance.md; all but this one are read by `bench/plan.ts`.
const args = process.argv.slice(2);
const { values: flags } = parseArgs({ args, options: { vs: { type: 'string' } }, strict: false });

await prepareBench();
const { folder, remove } = makeTestFolder();
await launch(runBench, () => Promise.resolve(remove()));
remove();

async function runBench() {
  const env = {
    TMPDIR: folder,
    BENCH_REDIS_PROGRAM: await ensureRedis(),
    ...(flags.vs && { BENCH_OTHER: `${flags.vs}=${await buildOther(flags.vs, folder)}` }),
  };
  const failure = await run(process.execPath, ['--enable-source-maps', MAIN, ...args], {
    env,
    show: true,
  }).then(
    () => undefined,
    (error) => error,
  );
  process.exitCode = failure?.exitCode ?? 0;
}
