import { chooseSeed } from '../support/random.js';

/**
 * What is to be sent. Jest takes no flags of ours, so `scripts/test-fuzz.mjs` passes them in the environment; without
 * any, as in `npm test`, it is 10,000 requests.
 */
export interface Plan {
  readonly seed: number;
  readonly requests: number;
  /** Only the request of this number, from 0, is sent, and all that is said about it shown. */
  readonly only: number | undefined;
  /** Requests at the same time. The service has room for 10 bodies of the largest size. */
  readonly lanes: number;
}

export function readPlan(): Plan {
  const { FUZZ_REQUESTS, FUZZ_ONLY, FUZZ_LANES } = process.env;
  return {
    seed: chooseSeed(),
    requests: Number(FUZZ_REQUESTS ?? 10_000),
    only: FUZZ_ONLY === undefined ? undefined : Number(FUZZ_ONLY),
    lanes: Number(FUZZ_LANES ?? 8),
  };
}
