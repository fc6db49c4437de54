import type { FaultRow } from '../arena/fault-row.js';
import { workerDiesMidRun } from './01-worker-dies-mid-run.js';
import { apiDiesBeforeReply } from './02-api-dies-before-reply.js';
import { apiDiesBeforeEnqueue } from './03-api-dies-before-enqueue.js';
import { powerFailure } from './04-power-failure.js';
import { workerFrozen } from './05-worker-frozen.js';
import { eventLoopBlocked } from './06-event-loop-blocked.js';
import { redisDown } from './07-redis-down.js';
import { redisKilled } from './08-redis-killed.js';
import { queueEmptied } from './09-queue-emptied.js';
import { redisFull } from './10-redis-full.js';
import { redisFailover } from './11-redis-failover.js';
import { halfOpenConnections } from './12-half-open-connections.js';
import { postgresRestarts } from './13-postgres-restarts.js';
import { sessionsCut } from './14-sessions-cut.js';
import { noConnectionsLeft } from './15-no-connections-left.js';
import { slowDisk } from './16-slow-disk.js';
import { diskFull } from './17-disk-full.js';
import { clockSkew } from './18-clock-skew.js';
import { poison } from './19-poison.js';
import { duplicateFlood } from './20-duplicate-flood.js';
import { conflictingBody } from './21-conflicting-body.js';
import { thunderingRedelivery } from './22-thundering-redelivery.js';
import { targetOutOfOrder } from './23-target-out-of-order.js';
import { replyLost } from './24-reply-lost.js';
import { rollingDeploy } from './25-rolling-deploy.js';
import { deathWhileUndoing } from './26-death-while-undoing.js';
import { manySweepers } from './27-many-sweepers.js';
import { soak } from './28-soak.js';
import { providerOutOfOrder } from './29-provider-out-of-order.js';
import { deathInSaga } from './30-death-in-a-saga.js';

/** The fault matrix. A new row is one file and one line here. */
export const rows: readonly FaultRow[] = [
  workerDiesMidRun,
  apiDiesBeforeReply,
  apiDiesBeforeEnqueue,
  powerFailure,
  workerFrozen,
  eventLoopBlocked,
  redisDown,
  redisKilled,
  queueEmptied,
  redisFull,
  redisFailover,
  halfOpenConnections,
  postgresRestarts,
  sessionsCut,
  noConnectionsLeft,
  slowDisk,
  diskFull,
  clockSkew,
  poison,
  duplicateFlood,
  conflictingBody,
  thunderingRedelivery,
  targetOutOfOrder,
  replyLost,
  rollingDeploy,
  deathWhileUndoing,
  manySweepers,
  soak,
  providerOutOfOrder,
  deathInSaga,
];
