import { existsSync } from 'node:fs';
import { relative } from 'node:path';

import TestSequencer from '@jest/test-sequencer';

import { inProject, ROOT } from '../launcher/paths.mjs';

/** Seconds that the longest suites took on two cores, two at a time. A guess for a machine that has measured none. */
const EXPECTED = {
  'test/faults/matrix.test.ts': 300,
  'test/fuzz/fuzz.test.ts': 80,
  'test/e2e/circuits.test.ts': 65,
  'test/e2e/commands.test.ts': 60,
  'test/e2e/environment.test.ts': 60,
  'test/e2e/traces.test.ts': 55,
  'test/e2e/flood.test.ts': 50,
  'test/e2e/http-contract.test.ts': 50,
  'test/integration/embedded-postgres.test.ts': 48,
  'test/e2e/limits.test.ts': 45,
  'test/e2e/quarantine.test.ts': 45,
  'test/e2e/redrive-api.test.ts': 42,
  'test/integration/queue-loss.test.ts': 40,
  'test/e2e/lost-queue.test.ts': 35,
};

for (const path of Object.keys(EXPECTED)) {
  if (!existsSync(inProject(path))) throw new Error(`${path} is expected to be long, but is not there`);
}

/**
 * The longest first, so that at the end no worker is left alone with one of them. Jest does so by what it remembers;
 * of a fresh clone it remembers nothing, and goes by the size of the files.
 */
export default class LongestFirst extends TestSequencer {
  time(test) {
    return super.time(test) ?? 1_000 * (EXPECTED[relative(ROOT, test.path)] ?? 0);
  }
}
