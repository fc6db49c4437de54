import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import { fenced, type Lease } from './lease.js';

/** One step of a run, as it is written into the effect ledger. */
export interface StepEntry {
  readonly name: string;
  readonly action: string;
  /** sha256 of the input's JSON. */
  readonly inputHash: Buffer;
  /** Sent along with the effect, so that its target can tell a repetition. */
  readonly idempotencyKey: string;
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

/** The row of a run, if it is still held under the lease: $1 run, $2 epoch. */
const HELD = `
  SELECT id FROM runs
  WHERE id = $1 AND epoch = $2 AND status IN ('running', 'compensating') AND lease_until IS NOT NULL
  FOR SHARE`;

const BEGIN = `
  WITH held AS (${HELD})
  INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, started_at)
  SELECT id, $3, $4, 'started', $5, $6, now() FROM held
  ON CONFLICT (run_id, name) DO UPDATE SET
    status = 'started', input_hash = excluded.input_hash, started_at = now(), finished_at = NULL
  WHERE steps.status = 'failed' OR $7`;

/** $7 status, $8 output. */
const finishFrom = (source: string): string => `
  INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, output, started_at, finished_at)
  SELECT id, $3, $4, $7::step_status, $5, $6, $8::jsonb, now(), now() FROM ${source}
  ON CONFLICT (run_id, name) DO UPDATE SET
    status = excluded.status, output = excluded.output, finished_at = now()
  RETURNING output`;

const FINISH = `WITH held AS (${HELD}) ${finishFrom('held')}`;

/** The entity and its step in one commit; an older event leaves the entity as it is. */
const KEEP_ENTITY = `
  WITH held AS (${HELD}), kept AS (
    INSERT INTO entities (provider, kind, key, data, occurred_at, rank, event_id)
    SELECT $9, $10, $11, $12::jsonb, $13, $14, $15 FROM held
    ON CONFLICT (provider, kind, key) DO UPDATE SET
      data = excluded.data, occurred_at = excluded.occurred_at, rank = excluded.rank,
      event_id = excluded.event_id, updated_at = now()
    WHERE (entities.occurred_at, entities.rank, entities.event_id)
        < (excluded.occurred_at, excluded.rank, excluded.event_id)
  ) ${finishFrom('held')}`;

/** Writes the effect ledger. Every write is void when the lease is, and then throws {@link FencedError}. */
@Injectable()
export class StepStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Records the intent of an external effect, before it.
   *
   * An intent that is there already is another worker's, written after this one's claim was read: then the
   * effect is not this one's to do, unless it may be repeated.
   */
  async begin(lease: Lease, entry: StepEntry, repeat: boolean): Promise<void> {
    await this.write('begin-step', BEGIN, lease, entry, [repeat]);
  }

  /**
   * Records that a step is done, with what it gave.
   *
   * @returns the output as it is recorded. JSON in PostgreSQL has an order of its own, and whoever takes the run
   *   up later sees that one: the input of a later step must not depend on when it is made.
   */
  async finish(lease: Lease, entry: StepEntry, output: unknown): Promise<unknown> {
    return this.write('finish-step', FINISH, lease, entry, ['done', toJson(output)]);
  }

  /** Records that an effect certainly did not happen. */
  async fail(lease: Lease, entry: StepEntry): Promise<void> {
    await this.write('finish-step', FINISH, lease, entry, ['failed', null]);
  }

  /**
   * Keeps the state of an entity and records the step as done, both or neither.
   *
   * @returns the output as it is recorded
   */
  async keepEntity(lease: Lease, entry: StepEntry, entity: EntityState, output: unknown): Promise<unknown> {
    return this.write('keep-entity', KEEP_ENTITY, lease, entry, [
      'done',
      toJson(output),
      entity.provider,
      entity.kind,
      entity.key,
      JSON.stringify(entity.data),
      entity.occurredAt,
      entity.rank,
      entity.eventId,
    ]);
  }

  private async write(
    name: string,
    text: string,
    lease: Lease,
    entry: StepEntry,
    more: readonly unknown[],
  ): Promise<unknown> {
    const { runId, epoch } = lease;
    const values = [runId, epoch, entry.name, entry.action, entry.inputHash, entry.idempotencyKey, ...more];
    const { rows, rowCount } = await this.pool.query<{ output?: unknown }>({ name, text, values });
    if (rowCount === 0) throw fenced(lease);
    return rows[0]?.output;
  }
}

function toJson(output: unknown): string | null {
  return output === undefined ? null : JSON.stringify(output);
}
