import { Inject, Injectable, Optional } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RUN_QUEUES, type RunQueues } from '../dispatch/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { WorkerLiveness } from '../process/index.js';
import { DatabaseCare } from '../store/index.js';

/** Milliseconds that a check may take: whoever asks for health wants an answer now. */
const CHECK_TIMEOUT_MS = 800;

/** Resident memory above which the process is in trouble, in bytes. */
const MEMORY_LIMIT = 1024 ** 3;

/** Free disk space below which writing will soon fail, in bytes. */
const DISK_RESERVE = 256 * 1024 ** 2;

/** What `/health` looks at. */
@Injectable()
export class HealthChecks {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly care: DatabaseCare,
    @Inject(RUN_QUEUES) private readonly queues: RunQueues,
    @Inject(CONFIG) private readonly config: Config,
    @Optional() private readonly liveness?: WorkerLiveness,
  ) {}

  async database(): Promise<HealthIndicatorResult> {
    return this.answers('database', () => this.care.ping());
  }

  /** One queue stands for all: they have one backend. */
  async queue(): Promise<HealthIndicatorResult> {
    const backend = this.config.queue.kind;
    const [queue] = this.queues.values();
    if (queue === undefined) return this.indicators.check('queue').up({ backend, queues: 0 });
    return this.answers('queue', () => queue.getWaitingCount(), { backend, queues: this.queues.size });
  }

  /** Down when a worker has stopped taking jobs. Up as well where no worker is. */
  async workers(): Promise<HealthIndicatorResult> {
    const stalled = this.liveness?.stalledProviders() ?? [];
    const check = this.indicators.check('workers');
    return Promise.resolve(stalled.length === 0 ? check.up() : check.down({ stalled }));
  }

  async memory(): Promise<HealthIndicatorResult> {
    const rss = process.memoryUsage.rss();
    const check = this.indicators.check('memory');
    return Promise.resolve(rss < MEMORY_LIMIT ? check.up({ rss }) : check.down({ rss }));
  }

  async disk(): Promise<HealthIndicatorResult> {
    const check = this.indicators.check('disk');
    const { databaseUrl, dataDir, logDir } = this.config;
    try {
      const { bavail, bsize } = await statfs(databaseUrl === '' ? dataDir : logDir);
      const free = bavail * bsize;
      return free > DISK_RESERVE ? check.up({ free }) : check.down({ free });
    } catch (error) {
      return check.down(String(error));
    }
  }

  private async answers(
    name: string,
    ask: () => Promise<unknown>,
    details: Record<string, unknown> = {},
  ): Promise<HealthIndicatorResult> {
    const check = this.indicators.check(name);
    const deadline = new AbortController();
    try {
      await Promise.race([
        ask(),
        sleep(CHECK_TIMEOUT_MS, undefined, { signal: deadline.signal }).then(() => {
          throw new Error(`No answer within ${CHECK_TIMEOUT_MS} ms`);
        }),
      ]);
      return check.up(details);
    } catch (error) {
      return check.down({ ...details, message: error instanceof Error ? error.message : String(error) });
    } finally {
      deadline.abort();
    }
  }
}
