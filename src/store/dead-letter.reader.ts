import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import { LIST_DEAD_LETTERS, PREVIEW, type DeadLetterFilter, type DeadLetterRow } from './dead-letter.sql.js';
import type { UnknownOutcome } from './redrive.store.js';

/** Where a page of the list starts: behind this dead letter. */
export interface DeadLetterPosition {
  readonly failedAt: Date;
  readonly runId: string;
}

/** What a redrive would do. Counts are of runs. */
export interface RedrivePreview {
  readonly runs: number;
  /** Of them, those that were compensated, so that another run is to take their place, with all steps. */
  readonly newRuns: number;
  readonly needsDecision: number;
  readonly payloadDropped: number;
  readonly byWorkflow: Readonly<Record<string, number>>;
  readonly byCode: Readonly<Record<string, number>>;
  /** Effects that are in the ledger and will not be repeated. */
  readonly stepsDone: readonly { readonly workflow: string; readonly step: string; readonly runs: number }[];
}

/** Reads dead letters for people. */
@Injectable()
export class DeadLetterReader {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** What failed last comes first. */
  async list(filter: DeadLetterFilter, limit: number, after?: DeadLetterPosition): Promise<DeadLetterRow[]> {
    const { rows } = await this.pool.query<DeadLetterRow>(LIST_DEAD_LETTERS, [
      filter,
      after?.failedAt ?? null,
      after?.runId ?? null,
      limit,
    ]);
    return rows;
  }

  async preview(filter: DeadLetterFilter, unknownOutcome?: UnknownOutcome): Promise<RedrivePreview> {
    const { rows } = await this.pool.query<RedrivePreview>(PREVIEW, [filter, unknownOutcome ?? null]);
    const [preview] = rows;
    if (preview === undefined) throw new Error('The preview has no row');
    return preview;
  }
}
