import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import { fenced, type Lease } from './lease.js';
import { SharedStatement } from './shared-statement.js';
import { BEGIN, FINISH, KEEP_ENTITIES } from './step.sql.js';

/** One step of a run, as it is written into the effect ledger. */
export interface StepEntry {
  readonly name: string;
  readonly action: string;
  /** sha256 of the input's JSON. */
  readonly inputHash: Buffer;
  /** Sent along with the effect, so that its target can tell a repetition. */
  readonly idempotencyKey: string;
  /** The worker whose run is completed as soon as the step is done, in the same commit; undefined if more is to be done. */
  readonly completedBy?: string | undefined;
}

/** The newest known state of a thing that events are about. */
export interface EntityState {
  readonly provider: string;
  /** What it is, such as `payment`. */
  readonly kind: string;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
  /** Settles a tie of times: the higher rank is the later state. */
  readonly rank: number;
  readonly eventId: string;
}

interface StepWrite extends Lease {
  readonly entry: StepEntry;
}

interface BegunStep extends StepWrite {
  readonly repeat: boolean;
}

interface FinishedStep extends StepWrite {
  readonly status: 'done' | 'failed';
  readonly output: string | null;
}

interface KeptEntity extends FinishedStep {
  readonly entity: EntityState;
  readonly data: string | null;
}

/** An output as it is recorded. */
interface Recorded {
  readonly output: unknown;
}

/**
 * Writes the effect ledger, and completes runs with their last steps. Every write is void when the lease is, and then
 * throws {@link FencedError}. Writes of one kind that are made at the same time share a statement.
 */
@Injectable()
export class StepStore {
  private readonly begun = new SharedStatement<BegunStep, Recorded>('begin-step', (steps) =>
    this.write('begin-steps', BEGIN, steps, [steps.filter(({ repeat }) => repeat).map(({ runId }) => runId)]),
  );
  private readonly finished = new SharedStatement<FinishedStep, Recorded>('finish-step', (steps) =>
    this.write('finish-steps', FINISH, steps, outcomesOf(steps)),
  );
  private readonly kept = new SharedStatement<KeptEntity, Recorded>('keep-entity', (steps) =>
    this.write('keep-entities', KEEP_ENTITIES, steps, [
      ...outcomesOf(steps),
      steps.map(({ entity }) => entity.provider),
      steps.map(({ entity }) => entity.kind),
      steps.map(({ entity }) => entity.key),
      steps.map(({ data }) => data),
      steps.map(({ entity }) => entity.occurredAt),
      steps.map(({ entity }) => entity.rank),
      steps.map(({ entity }) => entity.eventId),
    ]),
  );

  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Records the intent of an external effect, before it.
   *
   * An intent that is there already is another worker's, written after this one's claim was read: then the
   * effect is not this one's to do, unless it may be repeated.
   */
  async begin(lease: Lease, entry: StepEntry, repeat: boolean): Promise<void> {
    unlessFenced(lease, await this.begun.add({ ...lease, entry, repeat }));
  }

  /**
   * Records that a step is done, with what it gave, and completes the run if it is its last.
   *
   * @returns the output as it is recorded. JSON in PostgreSQL has an order of its own, and whoever takes the run
   *   up later sees that one: the input of a later step must not depend on when it is made.
   */
  async finish(lease: Lease, entry: StepEntry, output: unknown): Promise<unknown> {
    const json = toJson(output);
    const step = { ...lease, entry, status: 'done', output: json } as const;
    return unlessFenced(lease, await this.finished.add(step, sizeOf(json)));
  }

  /** Records that an effect certainly did not happen. */
  async fail(lease: Lease, entry: StepEntry): Promise<void> {
    unlessFenced(lease, await this.finished.add({ ...lease, entry, status: 'failed', output: null }));
  }

  /**
   * Keeps the state of an entity and records the step as done, and completes the run if it is its last: all or nothing.
   *
   * @returns the output as it is recorded
   */
  async keepEntity(lease: Lease, entry: StepEntry, entity: EntityState, output: unknown): Promise<unknown> {
    const [json, data] = [toJson(output), toJson(entity.data)];
    const step = { ...lease, entry, status: 'done', output: json, entity, data } as const;
    return unlessFenced(lease, await this.kept.add(step, sizeOf(json) + sizeOf(data)));
  }

  private async write(
    name: string,
    text: string,
    steps: readonly StepWrite[],
    more: readonly unknown[],
  ): Promise<ReadonlyMap<string, Recorded>> {
    const values = [
      steps.map(({ runId }) => runId),
      steps.map(({ epoch }) => epoch),
      steps.map(({ entry }) => entry.name),
      steps.map(({ entry }) => entry.action),
      steps.map(({ entry }) => entry.inputHash),
      steps.map(({ entry }) => entry.idempotencyKey),
      ...more,
    ];
    const { rows } = await this.pool.query<{ run_id: string; output?: unknown }>({ name, text, values });
    return new Map(rows.map(({ run_id, output }) => [run_id, { output }]));
  }
}

function outcomesOf(steps: readonly FinishedStep[]): unknown[] {
  return [
    steps.map(({ status }) => status),
    steps.map(({ output }) => output),
    steps.map(({ entry }) => entry.completedBy),
  ];
}

/** @throws {FencedError} if nothing was recorded */
function unlessFenced(lease: Lease, recorded: Recorded | undefined): unknown {
  if (recorded === undefined) throw fenced(lease);
  return recorded.output;
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Bytes of a JSON text, roughly. */
function sizeOf(json: string | null): number {
  return json?.length ?? 0;
}
