import { join } from 'node:path';
import type { Program } from '../ground/running-program.js';
import { CONCURRENCY, rateOf, SECRETS, type Contender, type QueueBackend, type Role } from './contender.js';

/** Token of the operations API. */
export const OPS_TOKEN = 'a-token-of-the-benchmarks';

/** Makes `customer.updated` an event whose workflow persists what it is about, and does nothing else. */
const PERSIST_WORKFLOW = join('bench', 'preload', 'keep-customer.mjs');

export interface ServiceOptions {
  readonly role: Role;
  readonly queue?: QueueBackend;
  /** Of `customer.updated`: it is persisted, or only logged, as everything that no workflow is for. */
  readonly workflow?: 'persist' | 'log';
  readonly env?: Readonly<Record<string, string>>;
}

/** The service as it is built, with everything switched on that is on by default. */
export class Service implements Contender {
  readonly counts = {
    recorded: 'SELECT count(*)::int AS count FROM events',
    completed: `SELECT count(*)::int AS count FROM runs WHERE status = 'completed'`,
    completedPerSecond: rateOf('runs', 'finished_at'),
  };

  /**
   * @param dist folder of its build
   * @param profiles folder where each of its processes leaves a CPU profile, if any is wanted
   */
  constructor(
    readonly name: string,
    private readonly dist: string,
    private readonly profiles?: string,
  ) {}

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  program(role: Role, queue: QueueBackend = 'redis'): Program {
    return this.with({ role, queue });
  }

  with({ role, queue = 'redis', workflow = 'persist', env = {} }: ServiceOptions): Program {
    const { profiles } = this;
    const preload = workflow === 'persist' ? [`--import=${join(process.cwd(), PERSIST_WORKFLOW)}`] : [];
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const telemetry = `--import=${join(this.dist, 'telemetry.js')}`;
    return {
      args: [...profiling, '--enable-source-maps', telemetry, ...preload, join(this.dist, 'main.js')],
      env: {
        NODE_ENV: 'production',
        PORT: '0',
        HOST: '127.0.0.1',
        APP_ROLE: role,
        OPS_TOKEN,
        WORKER_CONCURRENCY: String(CONCURRENCY),
        STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
        GITHUB_WEBHOOK_SECRET: SECRETS.github,
        // Without an address of Redis the queue is in PostgreSQL.
        ...(queue === 'postgres' && { REDIS_URL: '' }),
        ...env,
      },
      // Whoever is killed leaves no profile.
      ...(profiles !== undefined && { stopSignal: 'SIGTERM' }),
    };
  }
}
