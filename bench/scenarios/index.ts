import type { Scenario } from '../bench.js';
import { ack } from './ack.js';
import { burst } from './burst.js';
import { drain } from './drain.js';
import { duplicates } from './duplicates.js';
import { endToEnd } from './end-to-end.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { observed } from './observed.js';
import { roundTrips } from './round-trips.js';
import { sizes } from './sizes.js';
import { start } from './start.js';
import { startup } from './startup.js';
import { steady } from './steady.js';
import { stored } from './stored.js';
import { workerLane } from './worker-lane.js';

/** All that is measured, in this order. A new scenario is one file and one line here. */
export const scenarios: readonly Scenario[] = [
  ack,
  latency,
  workerLane,
  steady,
  start,
  roundTrips,
  endToEnd,
  sizes,
  duplicates,
  burst,
  drain,
  observed,
  stored,
  startup,
  memory,
];
