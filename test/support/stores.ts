import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import winston from 'winston';
import type { Event } from '../../src/model/index.js';
import { createPool } from '../../src/platform/database/index.js';
import {
  AuditReader,
  DatabaseCare,
  DeadLetterReader,
  DispatchStore,
  EventStore,
  RedriveStore,
  RunStore,
  StepStore,
  migrate,
  type ClaimedRun,
  type NewEvent,
  type QueueableRun,
} from '../../src/store/index.js';
import { openBackends, type QueueBackendName, type TestBackends } from './backends.js';

export const silentLogger = winston.createLogger({ silent: true });

/** A database with our tables, and everything that writes them. */
export interface TestStores {
  readonly backends: TestBackends;
  readonly pool: pg.Pool;
  readonly events: EventStore;
  readonly runs: RunStore;
  readonly steps: StepStore;
  readonly dispatch: DispatchStore;
  readonly redrives: RedriveStore;
  readonly deadLetters: DeadLetterReader;
  readonly audit: AuditReader;
  readonly care: DatabaseCare;
  /** Records an event with one run, and gives the run. */
  recordRun(event?: Partial<Event>): Promise<QueueableRun>;
  /** Records an event and claims its run. */
  claimNew(event?: Partial<Event>): Promise<ClaimedRun>;
  /** Claims the run, or fails. */
  claim(runId: string): Promise<ClaimedRun>;
  /** Makes it so that the lease ran out long ago. */
  expireLease(runId: string): Promise<void>;
  run(runId: string): Promise<Record<string, unknown>>;
  /** What happened to the run, such as `pending → running claimed`. */
  trail(runId: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openStores(queue: QueueBackendName = 'postgres'): Promise<TestStores> {
  const backends = await openBackends(queue);
  const pool = createPool(backends.env['DATABASE_URL'] ?? '', () => undefined);
  await migrate({ pool, directory: path.resolve('prisma/migrations'), report: () => undefined });
  const events = new EventStore(pool);
  const runs = new RunStore(pool);
  const stores: TestStores = {
    backends,
    pool,
    events,
    runs,
    steps: new StepStore(pool),
    dispatch: new DispatchStore(pool),
    redrives: new RedriveStore(pool),
    deadLetters: new DeadLetterReader(pool),
    audit: new AuditReader(pool),
    care: new DatabaseCare(pool, { payloadRetentionMonths: 0 }),
    async recordRun(event) {
      const recorded = newEvent(event);
      await events.record([recorded]);
      return {
        id: recorded.runs[0]?.id ?? '',
        provider: recorded.event.provider,
        dispatches: 0,
        epoch: 0,
        traceparent: TRACEPARENT,
      };
    },
    claimNew: async (event) => stores.claim((await stores.recordRun(event)).id),
    async claim(runId) {
      const claim = await runs.claim(runId, 'worker:test');
      if (claim.outcome !== 'claimed') throw new Error(`The claim of ${runId} was ${claim.outcome}`);
      return claim.run;
    },
    async expireLease(runId) {
      await pool.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE id = $1`, [runId]);
    },
    async run(runId) {
      const { rows } = await pool.query<Record<string, unknown>>('SELECT * FROM runs WHERE id = $1', [runId]);
      if (rows[0] === undefined) throw new Error(`There is no run ${runId}`);
      return rows[0];
    },
    async trail(runId) {
      const { rows } = await pool.query<Record<'from' | 'to' | 'reason', string>>(
        'SELECT * FROM transitions WHERE run_id = $1 ORDER BY id',
        [runId],
      );
      return rows.map(({ from, to, reason }) => `${from} → ${to} ${reason}`);
    },
    async close() {
      await pool.end();
      await backends.close();
    },
  };
  return stores;
}

/** An example of https://www.w3.org/TR/trace-context/. */
export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

export const CORRELATION_ID = 'correlation-of-a-test';

/** An event with one run of the workflow `log`, ready to be recorded. */
export function newEvent(event: Partial<Event> = {}, body = '{}'): NewEvent {
  return {
    event: {
      id: uuidv7(),
      provider: 'stripe',
      account: '',
      deliveryKey: randomUUID(),
      type: 'charge.refunded',
      entity: null,
      occurredAt: null,
      receivedAt: new Date(),
      ...event,
    },
    body: Buffer.from(body),
    bodySha256: createHash('sha256').update(body).digest(),
    headers: {},
    secretLabel: '1',
    traceparent: TRACEPARENT,
    correlationId: CORRELATION_ID,
    runs: [{ id: uuidv7(), workflow: 'log', workflowVersion: 1 }],
  };
}
