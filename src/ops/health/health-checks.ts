import { Inject, Injectable, Optional, type OnApplicationShutdown } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { statfs } from 'node:fs/promises';
import type { Logger } from 'winston';
import { RUN_QUEUES, type RunQueues } from '../../dispatch/index.js';
import { CONFIG, type Config } from '../../platform/config/index.js';
import { LOGGER, Outage } from '../../platform/logging/index.js';
import { EventLoopLag, Snapshot, type Obstacle } from '../../platform/process/index.js';
import { WorkerLiveness } from '../../process/index.js';
import { DatabaseSchemaReader, ServiceStateReader, type SchemaDifference } from '../../store/index.js';

/** Milliseconds that a check may take: whoever asks for health wants an answer now. */
const CHECK_TIMEOUT_MS = 800;

/** However many ask, a server is asked so often; with the time that a check may take, everybody is told within two seconds. */
const TIMES = { freshMs: 500, restMs: 500, staleMs: Infinity };

/** What waits may take long to be found out, and in a minute it is not quite another. */
const WAITING_TIMES = { ...TIMES, staleMs: 60_000 };

/** Resident memory above which the process is in trouble, in bytes. */
const MEMORY_LIMIT = 1024 ** 3;

/** Free disk space below which writing will soon fail, in bytes. */
const DISK_RESERVE = 256 * 1024 ** 2;

/** Milliseconds of lag with which nothing here is done in time any more. */
const LAG_LIMIT_MS = 500;

/** Seconds after which a run that is due ought to have been started, whatever the load. */
const WAIT_LIMIT_SECONDS = 600;

/** What is said of what does not answer. A driver's own words may name hosts and users, and anybody may ask. */
const WORDS: Readonly<Record<Obstacle, string>> = {
  failed: 'Out of reach: the log says why',
  silent: 'No answer yet',
  unasked: 'Never asked',
};

/** What `/health` looks at. Every answer comes within a second, whatever hangs. */
@Injectable()
export class HealthChecks implements OnApplicationShutdown {
  private readonly schema: Snapshot<SchemaDifference>;
  private readonly queued: Snapshot<number>;
  private readonly oldestWaiting: Snapshot<number>;
  private readonly free: Snapshot<number>;
  private readonly lag = new EventLoopLag();

  constructor(
    private readonly indicators: HealthIndicatorService,
    schema: DatabaseSchemaReader,
    state: ServiceStateReader,
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() private readonly liveness?: WorkerLiveness,
  ) {
    const [queue] = queues.values();
    this.schema = new Snapshot(
      this.watched('The database', () => schema.compare()),
      TIMES,
    );
    // One queue stands for all: they have one backend.
    this.queued = new Snapshot(
      this.watched('The queue', async () => queue?.getWaitingCount() ?? 0),
      TIMES,
    );
    this.oldestWaiting = new Snapshot(
      this.watched('What waits in the database', () => state.readOldestWaiting()),
      WAITING_TIMES,
    );
    this.free = new Snapshot(
      this.watched('The disk', () => readFreeSpace(config)),
      TIMES,
    );
  }

  onApplicationShutdown(): void {
    this.lag.stop();
  }

  async database(): Promise<HealthIndicatorResult> {
    return this.answers('database', this.schema);
  }

  /** Up as well where a newer build has gone further: what we know is still there. */
  async migrations(): Promise<HealthIndicatorResult> {
    await this.schema.refresh(CHECK_TIMEOUT_MS);
    const check = this.indicators.check('migrations');
    const difference = this.schema.value;
    if (difference === undefined) return check.down('The database has never answered');
    const { missing, unknown } = difference;
    if (missing.length > 0) return check.down({ missing });
    return check.up(unknown.length > 0 ? { newer: unknown } : {});
  }

  async queue(): Promise<HealthIndicatorResult> {
    return this.answers('queue', this.queued, {
      backend: this.config.queue.kind,
      queues: this.queues.size,
    });
  }

  /** Down when a worker has stopped taking jobs. Up as well where no worker is. */
  async workers(): Promise<HealthIndicatorResult> {
    const stalled = this.liveness?.stalledProviders() ?? [];
    const check = this.indicators.check('workers');
    return Promise.resolve(stalled.length === 0 ? check.up() : check.down({ stalled }));
  }

  /** Down when what is due is not begun, or nobody knows. While the database is away, what it said a minute ago at most. */
  async events(): Promise<HealthIndicatorResult> {
    await this.oldestWaiting.refresh(CHECK_TIMEOUT_MS);
    const check = this.indicators.check('events');
    const { value: seconds } = this.oldestWaiting;
    if (seconds === undefined) return check.down({ message: 'Not known: the database does not tell' });
    const oldestWaitingSeconds = Math.round(seconds);
    return oldestWaitingSeconds < WAIT_LIMIT_SECONDS
      ? check.up({ oldestWaitingSeconds })
      : check.down({ oldestWaitingSeconds });
  }

  async memory(): Promise<HealthIndicatorResult> {
    const rss = process.memoryUsage.rss();
    const check = this.indicators.check('memory');
    return Promise.resolve(rss < MEMORY_LIMIT ? check.up({ rss }) : check.down({ rss }));
  }

  async disk(): Promise<HealthIndicatorResult> {
    await this.free.refresh(CHECK_TIMEOUT_MS);
    const check = this.indicators.check('disk');
    const { value: free, obstacle } = this.free;
    if (free === undefined || obstacle !== undefined)
      return check.down({ message: WORDS[obstacle ?? 'unasked'] });
    return free > DISK_RESERVE ? check.up({ free }) : check.down({ free });
  }

  async eventLoop(): Promise<HealthIndicatorResult> {
    const lagMs = this.lag.p99Ms;
    const check = this.indicators.check('eventLoop');
    return Promise.resolve(lagMs < LAG_LIMIT_MS ? check.up({ lagMs }) : check.down({ lagMs }));
  }

  private async answers(
    name: string,
    source: Snapshot<unknown>,
    details: Record<string, unknown> = {},
  ): Promise<HealthIndicatorResult> {
    await source.refresh(CHECK_TIMEOUT_MS);
    const check = this.indicators.check(name);
    const { obstacle } = source;
    return obstacle === undefined ? check.up(details) : check.down({ ...details, message: WORDS[obstacle] });
  }

  /** A reading that tells the log what is in its way. */
  private watched<Value>(what: string, read: () => Promise<Value>): () => Promise<Value> {
    const outage = new Outage(this.logger, `${what} cannot be asked for its health`);
    return async () => {
      try {
        const value = await read();
        outage.end();
        return value;
      } catch (error) {
        outage.feel(error);
        throw error;
      }
    };
  }
}

/** Bytes, on the fullest of our disks. The embedded database is in the data folder; of another one's we know nothing. */
async function readFreeSpace({ databaseUrl, dataDir, logDir }: Config): Promise<number> {
  const folders = databaseUrl === '' ? [dataDir, logDir] : [logDir];
  const spaces = await Promise.all(folders.map(async (folder) => statfs(folder)));
  return Math.min(...spaces.map(({ bavail, bsize }) => bavail * bsize));
}
