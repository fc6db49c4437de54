import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../figures/latencies.js';
import type { Connection } from './connection.js';
import type { LoadPlan, LoadResult } from './load-plan.js';
import type { Reply } from './reply.js';

/** Milliseconds before a request is sent again that was not answered, or was refused without a time. */
const AGAIN_MS = 200;

/** Gives the next request; undefined if there are no more. */
export type Next = () => Buffer | undefined;

/** Sends the requests of a plan over its connections, and counts what comes back. */
export class Sending {
  private readonly latencies = new Latencies();
  private readonly statuses: Record<number, number> = {};
  private readonly cpuBefore = process.cpuUsage();
  private readonly startedAt = performance.now();
  private lastReplyAt = this.startedAt;

  constructor(
    private readonly plan: LoadPlan,
    private readonly connections: readonly Connection[],
    private readonly next: Next,
  ) {}

  async run(): Promise<LoadResult> {
    const { pace } = this.plan;
    await (pace === 'as replies come' ? this.sendAsRepliesCome() : this.sendAtRate(pace.perSecond));
    const { user, system } = process.cpuUsage(this.cpuBefore);
    return {
      seconds: (this.lastReplyAt - this.startedAt) / 1_000,
      latencies: this.latencies.entries,
      statuses: this.statuses,
      cpuSeconds: (user + system) / 1_000_000,
    };
  }

  private get isOver(): boolean {
    return performance.now() - this.startedAt >= this.plan.seconds * 1_000;
  }

  /** Each connection sends its next request when it has the reply to its last. */
  private async sendAsRepliesCome(): Promise<void> {
    await Promise.all(
      this.connections.map(async (connection) => {
        for (let request = this.next(); request !== undefined && !this.isOver; request = this.next())
          await this.deliver(connection, request, performance.now());
      }),
    );
  }

  /**
   * Each request has its time, and its latency counts from that time on, even if no connection is free then: a stall
   * delays all that should have been sent meanwhile, and all of them tell of it (no coordinated omission).
   */
  private async sendAtRate(perSecond: number): Promise<void> {
    const free = [...this.connections];
    const waiting: { request: Buffer; dueAt: number }[] = [];
    const open = new Set<Promise<void>>();
    const sendWaiting = (): void => {
      for (let connection = free.pop(); connection !== undefined; connection = free.pop()) {
        const due = waiting.shift();
        if (due === undefined) {
          free.push(connection);
          return;
        }
        const used = connection;
        const delivered = this.deliver(used, due.request, due.dueAt).then(() => {
          open.delete(delivered);
          free.push(used);
          sendWaiting();
        });
        open.add(delivered);
      }
    };
    const end = this.startedAt + this.plan.seconds * 1_000;
    let number = 0;
    let isLast = false;
    while (!isLast) {
      // What was due before the end is sent, though we may look only after it.
      isLast = this.isOver;
      const until = Math.min(performance.now(), end);
      for (; ; number++) {
        const dueAt = this.startedAt + (number / perSecond) * 1_000;
        if (dueAt >= until) break;
        const request = this.next();
        if (request === undefined) break;
        waiting.push({ request, dueAt });
      }
      sendWaiting();
      await sleep(1);
    }
    while (open.size > 0) await Promise.all(open);
  }

  private async deliver(connection: Connection, request: Buffer, dueAt: number): Promise<void> {
    for (;;) {
      const reply = await connection.send(request);
      this.note(reply, dueAt);
      if (this.plan.persistent !== true || !wantsAnother(reply) || this.isOver) return;
      await sleep(reply === undefined ? AGAIN_MS : reply.retryAfterSeconds * 1_000 || AGAIN_MS);
    }
  }

  private note(reply: Reply | undefined, dueAt: number): void {
    const status = reply?.status ?? 0;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    this.lastReplyAt = performance.now();
    if (status >= 200 && status < 300) this.latencies.record(this.lastReplyAt - dueAt);
  }
}

function wantsAnother(reply: Reply | undefined): boolean {
  return reply === undefined || reply.status === 429 || reply.status === 503;
}
