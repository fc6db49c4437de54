/** The thread in which payloads are checked: loading and compiling their schemas would hold up the request lane. */

import { parentPort } from 'node:worker_threads';
import { providers } from '../providers/index.js';
import type { CheckedPayload, PayloadToCheck } from './payload-check.js';
import { PayloadChecker } from './payload-checker.js';

const checker = new PayloadChecker(providers);

parentPort?.on('message', ({ provider, type, body }: PayloadToCheck) => {
  const reason = checkQuietly(provider, type, Buffer.from(body.buffer));
  parentPort?.postMessage({ provider, type, reason, bytes: body.length } satisfies CheckedPayload);
});

/** One schema that is no good must not end the check of all others. */
function checkQuietly(provider: string, type: string, body: Buffer): string | undefined {
  try {
    return checker.check(provider, type, body);
  } catch (error) {
    // Its message may hold a piece of the payload.
    return `could not be checked: ${error instanceof Error ? error.name : typeof error}`;
  }
}
