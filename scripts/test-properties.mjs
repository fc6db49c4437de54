import { prepareTools } from './prepare.mjs';

import { parseArgs } from 'node:util';

import { runJest } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';

// The signatures of all providers in their long form. What the flags mean is told in docs/providers.md.
const { values: flags } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    provider: { type: 'string' },
  },
});

await prepareTools();
await launch(async () => {
  // Jest takes no flags of ours, so they go by the environment.
  const env = {
    PROPERTY_CASES: flags.cases,
    ...(flags.provider && { PROPERTY_PROVIDER: flags.provider }),
    ...(flags.seed && { SEED: flags.seed }),
  };
  process.exitCode = await runJest(['--runTestsByPath', 'src/providers/signatures.spec.ts'], env);
});
