import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { rebuildRun, type RunAccount, type Transition } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';

/** A run that is not what its transitions say. */
export interface Mismatch {
  readonly runId: string;
  readonly eventId: string;
  readonly recorded: RunAccount;
  /** null where the transitions do not fit together. */
  readonly rebuilt: RunAccount | null;
  readonly fault: string;
}

export interface AuditPage {
  readonly checked: number;
  readonly mismatches: readonly Mismatch[];
  /** The last run that was checked; null if none is left. */
  readonly nextCursor: string | null;
}

/** $1 run of the page before, $2 limit. One statement sees each run and its transitions at the same moment. */
const PAGE = `
  SELECT run.id, run.event_id, run.status, run.attempts, run.compensation_attempts, run.crashes,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('from', "from", 'to', "to", 'reason', reason) ORDER BY id), '[]')
          FROM transitions WHERE run_id = run.id) AS transitions
  FROM runs run WHERE run.id > $1 ORDER BY run.id LIMIT $2`;

interface PageRow extends Pick<RunAccount, 'status' | 'attempts' | 'crashes'> {
  id: string;
  event_id: string;
  compensation_attempts: number;
  transitions: Transition[];
}

const FIRST = '00000000-0000-0000-0000-000000000000';

/** Compares runs with their audit trail. */
@Injectable()
export class AuditReader {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** @param after the last run of the page before */
  async check(limit: number, after: string = FIRST): Promise<AuditPage> {
    const { rows } = await this.pool.query<PageRow>({
      name: 'audit-page',
      text: PAGE,
      values: [after, limit],
    });
    return {
      checked: rows.length,
      mismatches: rows.flatMap((row) => compare(row) ?? []),
      nextCursor: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
    };
  }
}

function compare(row: PageRow): Mismatch | undefined {
  const recorded: RunAccount = {
    status: row.status,
    attempts: row.attempts,
    compensationAttempts: row.compensation_attempts,
    crashes: row.crashes,
  };
  const found = { runId: row.id, eventId: row.event_id, recorded };
  const rebuilt = rebuildRun(row.transitions);
  if (!rebuilt.ok) return { ...found, rebuilt: null, fault: rebuilt.fault };
  const { account } = rebuilt;
  const differing = (Object.keys(recorded) as (keyof RunAccount)[]).find(
    (name) => recorded[name] !== account[name],
  );
  if (differing === undefined) return undefined;
  const fault = `${differing}: ${recorded[differing]} is recorded, the transitions say ${account[differing]}`;
  return { ...found, rebuilt: account, fault };
}
