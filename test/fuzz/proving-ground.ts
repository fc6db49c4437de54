import { resolve } from 'node:path';
import type pg from 'pg';
import { eventually } from '../support/eventually.js';
import { readLog } from '../support/log-lines.js';
import { PaypalHost } from '../support/paypal-host.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { TestService } from '../support/service.js';
import { everySender, PUBLIC_URL, type Sender } from './senders.js';

/** Lines of the log that are shown of a service that has ended. */
const LAST_LINES = 20;

const COLLECT_GARBAGE = resolve(__dirname, '../support/preload/collect-garbage.mjs');

/** The built service, all of its providers set up and its limits raised, and those who send to it. */
export class ProvingGround {
  private constructor(
    readonly service: TestService,
    readonly senders: readonly Sender[],
    readonly pool: pg.Pool,
    private readonly postgres: TestPostgres,
    private readonly paypal: PaypalHost,
  ) {}

  static async open(): Promise<ProvingGround> {
    const [postgres, paypal] = await Promise.all([startTestPostgres(), PaypalHost.start()]);
    const { url, pool } = await postgres.createDatabase();
    const senders = everySender(paypal);
    const { env, preload } = paypal.serviceOptions;
    const service = await TestService.start({
      preload: [...preload, COLLECT_GARBAGE],
      env: {
        ...env,
        ...Object.fromEntries(senders.flatMap(({ settings }) => Object.entries(settings))),
        DATABASE_URL: url,
        PUBLIC_URL,
        LOG_LEVEL: 'warn',
        // What is refused for being too much would never reach the verifier.
        FAILED_VERIFICATIONS: '1000000',
        RATE_LIMITS: '',
        MAX_CONNECTIONS: '1000000',
      },
    });
    return new ProvingGround(service, senders, pool, postgres, paypal);
  }

  /** How the service stands when it can no longer be reached. There is one process, and nobody starts another. */
  describeEnd(from: number, to: number): string {
    const { exitCode, signalCode } = this.service.child;
    const end = exitCode ?? signalCode;
    const state = end === null ? 'does not answer' : `has ended (${end})`;
    return `The service ${state} after requests ${from} to ${to}:\n${this.service.lines.slice(-LAST_LINES).join('\n')}`;
  }

  /** What its log has of faults of its own. That a run has failed is not yet one: that is judged by its code. */
  async errors(): Promise<readonly string[]> {
    const lines = await readLog(this.service, 'error.log');
    return lines
      .filter(({ message }) => message !== 'Run failed for good')
      .map((line) => JSON.stringify(line));
  }

  /** Lines of its log that tell that something else was away, for whoever wonders why requests were put off. */
  get outages(): readonly string[] {
    return this.service.lines.filter((line) => /\b(?:is|are) away\b/.test(line));
  }

  /** Waits until nothing is left to do about any event. */
  async settled(): Promise<void> {
    let open = 0;
    await eventually(
      async () => {
        const { rows } = await this.pool.query<{ count: number }>(
          'SELECT count(*)::int AS count FROM runs WHERE finished_at IS NULL',
        );
        open = rows[0]?.count ?? 0;
        return open === 0 || undefined;
      },
      120_000,
      () => `${open} runs are open`,
      200,
    );
  }

  /** When the service collects its garbage is V8's own choice, which hides what it keeps behind tens of megabytes. */
  collectGarbage(): void {
    this.service.child.kill('SIGUSR2');
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.pool.end();
    await this.paypal.stop();
    await this.postgres.stop();
  }
}
