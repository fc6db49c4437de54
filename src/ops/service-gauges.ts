import { Inject, Injectable, Optional } from '@nestjs/common';
import { statfs } from 'node:fs/promises';
import { RUN_QUEUES, type RunQueues } from '../dispatch/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { DATABASE_POOL, type DatabasePool } from '../platform/database/index.js';
import {
  showConnections,
  showDisks,
  showQueue,
  showServiceState,
  showSlots,
  showSource,
  type DiskState,
  type JobsInState,
} from '../platform/metrics/index.js';
import { Snapshot } from '../platform/process/index.js';
import { RunProcessor } from '../process/index.js';
import { ServiceStateReader } from '../store/index.js';

/** However many ask, sources are read once in this time; and what is older than a minute is not told. */
const TIMES = { freshMs: 5_000, restMs: 30_000, staleMs: 60_000 };

/** Milliseconds that a scrape waits for a source that does not answer. */
const WAIT_MS = 500;

const JOB_STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/**
 * The gauges that are read when somebody looks. What they are read from may hang or be away: then they keep their last
 * values for a while, are missing after that, and hold up nobody.
 */
@Injectable()
export class ServiceGauges {
  private readonly sources;

  constructor(
    state: ServiceStateReader,
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    @Inject(DATABASE_POOL) private readonly pool: DatabasePool,
    @Inject(CONFIG) private readonly config: Config,
    @Optional() private readonly processor?: RunProcessor,
  ) {
    this.sources = {
      database: new Snapshot(() => state.read(), TIMES),
      queue: new Snapshot(() => readJobs(queues), TIMES),
      disk: new Snapshot(() => readDisks(config), TIMES),
    };
  }

  /** Never fails, and takes no longer than half a second. */
  async show(): Promise<void> {
    const { database, queue, disk } = this.sources;
    await Promise.all(Object.values(this.sources).map((source) => source.refresh(WAIT_MS)));
    showServiceState(database.value, this.queues.keys());
    showQueue(queue.value);
    showDisks(disk.value);
    for (const [name, { isUp, ageMs }] of Object.entries(this.sources)) showSource(name, isUp, ageMs);

    const { totalCount, idleCount, waitingCount } = this.pool;
    showConnections(idleCount, totalCount - idleCount, waitingCount);
    if (this.processor !== undefined) showSlots(this.config.workerConcurrency, this.processor.busySlots);
  }
}

async function readJobs(queues: RunQueues): Promise<JobsInState[]> {
  const counts = await Promise.all(
    [...queues].map(async ([provider, queue]) => {
      const jobs = await queue.getJobCounts(...JOB_STATES);
      return JOB_STATES.map((state) => ({ provider, state, jobs: jobs[state] ?? 0 }));
    }),
  );
  return counts.flat();
}

/** The embedded database is in the data folder; of another one's disk we know nothing. */
async function readDisks({ databaseUrl, dataDir, logDir }: Config): Promise<DiskState[]> {
  const folders = { logs: logDir, ...(databaseUrl === '' && { data: dataDir }) };
  return Promise.all(
    Object.entries(folders).map(async ([folder, path]) => {
      const { bavail, blocks, bsize } = await statfs(path);
      return { folder, freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
    }),
  );
}
