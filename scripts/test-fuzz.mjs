import { prepareService } from './prepare.mjs';

import { parseArgs } from 'node:util';

import { makeTestFolder, runJest } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';

// As many strange requests as are asked for. What the flags mean is told in docs/reliability.md.
const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    only: { type: 'string' },
    lanes: { type: 'string' },
  },
});

await prepareService();
const { folder, remove } = makeTestFolder();
await launch(runFuzzer, () => Promise.resolve(remove()));
remove();

async function runFuzzer() {
  // Jest takes no flags of ours, so they go by the environment; `test/fuzz/plan.ts` reads them.
  const env = {
    TMPDIR: folder,
    FUZZ_REQUESTS: flags.requests,
    ...(flags.only && { FUZZ_ONLY: flags.only }),
    ...(flags.lanes && { FUZZ_LANES: flags.lanes }),
    ...(flags.seed && { SEED: flags.seed }),
  };
  process.exitCode = await runJest(['--runInBand', '--runTestsByPath', 'test/fuzz/fuzz.test.ts'], env);
}
