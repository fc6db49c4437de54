import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Latencies } from '../figures/latencies.js';
import type { LoadPlan, Order, Report } from './load-plan.js';

const GENERATOR = join(import.meta.dirname, 'generator.js');

/** What a load has brought about. */
export interface LoadOutcome {
  /** From the first request to the last reply. */
  readonly seconds: number;
  readonly latencies: Latencies;
  /** How many replies had each status; 0 stands for none at all. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Replies with a status of success. */
  readonly answered: number;
  /** Replies with another status, and requests without any. */
  readonly refused: number;
  readonly perSecond: number;
  /** Of the generator itself. */
  readonly cpuSeconds: number;
}

/** Requests, and the process that sends them. It must be closed in the end, or it keeps us. */
export class Load {
  private readonly child: ChildProcess = fork(GENERATOR, { execArgv: [], serialization: 'advanced' });

  /** Makes the requests, signs them, and warms up whom they go to. */
  async prepare(plan: LoadPlan): Promise<void> {
    await this.order({ order: 'prepare', plan });
    if (plan.warmUp > 0 || plan.settleSeconds > 0) await this.order({ order: 'warm up' });
  }

  /** Sends them all, once. */
  async send(): Promise<LoadOutcome> {
    const report = await this.order({ order: 'measure' });
    if (report.report !== 'measured') throw new Error(`The generator has ${report.report}`);
    const { seconds, statuses, cpuSeconds } = report.result;
    const latencies = Latencies.of(report.result.latencies);
    const all = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    const answered = latencies.count;
    const [refused, perSecond] = [all - answered, answered / seconds];
    return { seconds, statuses, latencies, answered, refused, perSecond, cpuSeconds };
  }

  close(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private async order(order: Order): Promise<Report> {
    this.child.send(order);
    const [report] = (await Promise.race([
      once(this.child, 'message'),
      once(this.child, 'exit').then(([code]) => {
        throw new Error(`The generator ended with ${String(code)}`);
      }),
    ])) as [Report];
    if (report.report === 'failed') throw new Error(`The generator failed: ${report.message}`);
    return report;
  }
}
