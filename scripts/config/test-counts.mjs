import { writeFileSync } from 'node:fs';

/** A Jest reporter that hands the counts of all projects to `scripts/test.mjs`. */
export default class TestCounts {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that can't even be loaded has no tests to count, yet it failed.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}
