/**
 * The thread in which payloads are looked at: to parse them once more, and to load and compile their schemas, would hold up the
 * request lane.
 */

import { parentPort } from 'node:worker_threads';
import { readPayload, type PayloadShape } from '../model/index.js';
import { providers } from '../providers/index.js';
import type { CheckedPayload, PayloadToCheck } from './payload-check.js';
import { PayloadChecker } from './payload-checker.js';
import { shapeOf } from './payload-shape.js';

const checker = new PayloadChecker(providers);

parentPort?.on('message', ({ provider, type, contentType, wanted, body }: PayloadToCheck) => {
  const payload = Buffer.from(body.buffer);
  const reason = wanted.check ? checkQuietly(provider, type, payload) : undefined;
  const shape = wanted.shape ? shapeQuietly(payload, contentType) : undefined;
  parentPort?.postMessage({ provider, type, reason, shape, bytes: body.length } satisfies CheckedPayload);
});

/** Of what was accepted before by other rules than those of now, nothing is known. */
function shapeQuietly(body: Buffer, contentType: string | undefined): PayloadShape | undefined {
  try {
    return shapeOf(readPayload(body, contentType));
  } catch {
    return undefined;
  }
}

/** One schema that is no good must not end the check of all others. */
function checkQuietly(provider: string, type: string, body: Buffer): string | undefined {
  try {
    return checker.check(provider, type, body);
  } catch (error) {
    // Its message may hold a piece of the payload.
    return `could not be checked: ${error instanceof Error ? error.name : typeof error}`;
  }
}
