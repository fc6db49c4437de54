// Sends what it is told to, in a process of its own, so that nobody's event loop is in the way.

import { Connection } from './connection.js';
import { requestsOf } from './deliveries.js';
import type { LoadPlan, LoadResult, Order, Report } from './load-plan.js';
import { Sending, type Next } from './sending.js';

/** The requests of a plan, and its connections, which stay open from the warm-up on. */
class Generator {
  private readonly connections: readonly Connection[];
  private readonly requests: (number: number) => Buffer;
  /** Those after the warm-up, as far as they were made ahead. */
  private readonly made: (Buffer | undefined)[];
  private sent = 0;

  constructor(private readonly plan: LoadPlan) {
    const { hostname, port, host } = new URL(plan.url);
    this.requests = requestsOf(plan.requests, host);
    this.connections = Array.from({ length: plan.connections }, () => new Connection(Number(port), hostname));
    this.made = Array.from({ length: plan.ahead }, (_, number) => this.requests(plan.warmUp + number));
  }

  async warmUp(): Promise<void> {
    const { warmUp: count } = this.plan;
    const plan = { ...this.plan, pace: 'as replies come', seconds: Infinity } as const;
    await new Sending(plan, this.connections, this.nextOf(count)).run();
    const { settleSeconds: seconds } = this.plan;
    if (seconds > 0)
      await new Sending({ ...this.plan, seconds }, this.connections, this.nextOf(Infinity)).run();
  }

  async measure(): Promise<LoadResult> {
    const result = await new Sending(this.plan, this.connections, this.nextOf(this.plan.count)).run();
    for (const connection of this.connections) connection.close();
    return result;
  }

  private nextOf(count: number): Next {
    const end = this.sent + count;
    return () => {
      if (this.sent >= end) return undefined;
      const number = this.sent++;
      const index = number - this.plan.warmUp;
      const request = this.made[index] ?? this.requests(number);
      // What was sent is not needed again, and there may be a lot of it.
      if (index in this.made) this.made[index] = undefined;
      return request;
    };
  }
}

let generator: Generator | undefined;

async function obey(order: Order): Promise<Report> {
  if (order.order === 'prepare') {
    generator = new Generator(order.plan);
    return { report: 'prepared' };
  }
  if (generator === undefined) throw new Error('Nothing was prepared');
  if (order.order === 'measure') return { report: 'measured', result: await generator.measure() };
  await generator.warmUp();
  return { report: 'warm' };
}

process.on('message', (order: Order) => {
  obey(order)
    .catch((error: unknown): Report => ({ report: 'failed', message: String(error) }))
    .then((report) => process.send?.(report))
    .catch(() => process.exit(1));
});
// Whoever has started us is gone.
process.on('disconnect', () => process.exit());
