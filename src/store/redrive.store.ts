import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { RunStatus } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { countRedrives } from '../platform/metrics/index.js';
import type { DeadLetterFilter } from './dead-letter.sql.js';
import { showRedrives, type JudgedRow } from './redrive-spans.js';
import { REDRIVE_BATCH, REDRIVE_EVENT, REDRIVE_RUN } from './redrive.sql.js';

/** What a person decides about an effect that may have happened: do it again, or take it for done. */
export const UNKNOWN_OUTCOMES = ['repeat', 'assume_done'] as const;
export type UnknownOutcome = (typeof UNKNOWN_OUTCOMES)[number];

/** What became of one dead letter. `newRunId` names the run that took the place of a compensated one. */
export type JudgedRun = Pick<JudgedRow, 'runId' | 'verdict' | 'newRunId'>;

/** Why a run is no dead letter. */
export interface RunState {
  readonly status: RunStatus;
  readonly supersededBy: string | null;
}

export interface RedriveOrder {
  readonly filter: DeadLetterFilter;
  /** Dead letters a second. */
  readonly perSecond: number;
  readonly unknownOutcome?: UnknownOutcome;
  readonly reason?: string;
  /** Who asked for it, for the audit trail. */
  readonly actor: string;
}

/** A redrive of many, as it stands. */
export interface Redrive {
  readonly id: string;
  readonly filter: Readonly<Record<string, string>>;
  readonly perSecond: number;
  readonly unknownOutcome: UnknownOutcome | null;
  readonly reason: string | null;
  readonly actor: string;
  readonly status: 'running' | 'stopped' | 'done';
  /** Only what failed before it is redriven, so that nothing is for ever. */
  readonly failedBefore: Date;
  readonly redriven: number;
  readonly needsDecision: number;
  readonly payloadDropped: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const COLUMNS = `
  id, filter, per_second AS "perSecond", unknown_outcome AS "unknownOutcome", reason, actor, status,
  failed_before AS "failedBefore", redriven, needs_decision AS "needsDecision",
  payload_dropped AS "payloadDropped", created_at AS "createdAt", finished_at AS "finishedAt"`;

const START = `
  INSERT INTO redrives (id, filter, per_second, unknown_outcome, reason, actor, failed_before, position_time,
                        position_id, next_batch_at, created_at)
  VALUES (new_uuid_v7(), $1, $2, $3, $4, $5, now(), '-infinity', '00000000-0000-0000-0000-000000000000', now(), now())
  RETURNING ${COLUMNS}`;

const STOP = `
  UPDATE redrives SET status = 'stopped', finished_at = now() WHERE id = $1 AND status = 'running'`;

/** Dead letters in one statement at most. */
const BATCH_LIMIT = 1_000;

/** The row of a redrive of many that is to be worked on. */
interface DueRow {
  id: string;
  actor: string;
  per_second: number;
  unknown_outcome: UnknownOutcome | null;
  reason: string | null;
}

/** Sends dead letters again: one, those of an event, or all that meet a filter. */
@Injectable()
export class RedriveStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** @returns undefined if the run is no dead letter, or not there */
  async redriveRun(
    runId: string,
    actor: string,
    unknownOutcome?: UnknownOutcome,
  ): Promise<JudgedRun | undefined> {
    const [judged] = await this.redrive('run', runId, actor, unknownOutcome);
    return judged;
  }

  /** All dead letters of an event. */
  async redriveEvent(eventId: string, actor: string, unknownOutcome?: UnknownOutcome): Promise<JudgedRun[]> {
    return this.redrive('event', eventId, actor, unknownOutcome);
  }

  private async redrive(
    origin: 'run' | 'event',
    id: string,
    actor: string,
    unknownOutcome: UnknownOutcome | undefined,
  ): Promise<JudgedRun[]> {
    const detail = unknownOutcome === undefined ? null : { unknownOutcome };
    const values = [actor, 'redriven', unknownOutcome ?? null, detail, id];
    const statement = origin === 'run' ? REDRIVE_RUN : REDRIVE_EVENT;
    const { rows } = await this.pool.query<JudgedRow>(statement, values);
    countRedrives(origin, rows);
    showRedrives(rows, actor);
    return rows.map(({ runId, verdict, newRunId }) => ({ runId, verdict, newRunId }));
  }

  /** Why a run could not be redriven; undefined if it is not there. */
  async findRun(runId: string): Promise<RunState | undefined> {
    const { rows } = await this.pool.query<RunState>(
      'SELECT status, superseded_by AS "supersededBy" FROM runs WHERE id = $1',
      [runId],
    );
    return rows[0];
  }

  /** Whether an event of which no run could be redriven is there at all. */
  async hasEvent(eventId: string): Promise<boolean> {
    return (await this.pool.query('SELECT FROM events WHERE id = $1', [eventId])).rowCount === 1;
  }

  /** Orders a redrive of many; {@link redriveBatch} carries it out. */
  async start(order: RedriveOrder): Promise<Redrive> {
    const { filter, perSecond, unknownOutcome, reason, actor } = order;
    const values = [filter, perSecond, unknownOutcome ?? null, reason ?? null, actor];
    const [redrive] = (await this.pool.query<Redrive>(START, values)).rows;
    if (redrive === undefined) throw new Error('The redrive has no row');
    return redrive;
  }

  /** @returns undefined if there is none */
  async find(id: string): Promise<Redrive | undefined> {
    return (await this.pool.query<Redrive>(`SELECT ${COLUMNS} FROM redrives WHERE id = $1`, [id])).rows[0];
  }

  /** The newest first. */
  async list(limit: number): Promise<Redrive[]> {
    const text = `SELECT ${COLUMNS} FROM redrives ORDER BY id DESC LIMIT $1`;
    return (await this.pool.query<Redrive>(text, [limit])).rows;
  }

  /** Ends it after the batch in hand. */
  async stop(id: string): Promise<void> {
    await this.pool.query(STOP, [id]);
  }

  /**
   * The next batch of each redrive whose time has come.
   *
   * @returns how many there were
   * @throws the first fault, when all had their turn: one that cannot go on must not hold up the others
   */
  async redriveBatches(): Promise<number> {
    const { rows } = await this.pool.query<DueRow>(
      `SELECT id, actor, per_second, unknown_outcome, reason FROM redrives
       WHERE status = 'running' AND next_batch_at <= now() ORDER BY next_batch_at`,
    );
    const faults: unknown[] = [];
    for (const { id, actor, per_second: perSecond, unknown_outcome: unknownOutcome, reason } of rows) {
      const detail = {
        redriveId: id,
        ...(unknownOutcome !== null && { unknownOutcome }),
        ...(reason !== null && { reason }),
      };
      const batch = Math.min(perSecond, BATCH_LIMIT);
      try {
        const values = [actor, 'redriven', unknownOutcome, detail, id, batch];
        const { rows: judged } = await this.pool.query<JudgedRow>(REDRIVE_BATCH, values);
        countRedrives('batch', judged);
        showRedrives(judged, actor);
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
    return rows.length;
  }
}
