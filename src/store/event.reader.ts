import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { eventStatus, type Event, type EventStatus, type Failure, type RunStatus } from '../model/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { FIND_LIFE, listEvents, type EventFilter } from './event-reading.sql.js';
import type { LedgerEntry } from './lease.js';

interface EventFacts extends Event {
  /** Of the request that brought it. */
  readonly correlationId: string | null;
  /** Of which it may be a replay. */
  readonly suspectedReplayOf: string | null;
}

/** A run as it stands in a list. */
export interface ListedRun {
  readonly id: string;
  readonly workflow: string;
  readonly number: number;
  readonly status: RunStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly lastError: Failure | null;
  /** The run that a redrive has put in its place. */
  readonly supersededBy: string | null;
}

/** A row of the effect ledger. */
export interface LedgerRow extends LedgerEntry {
  readonly name: string;
  readonly action: string;
  readonly idempotencyKey: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** A row of the audit trail. */
export interface TransitionRow {
  readonly from: RunStatus;
  readonly to: RunStatus;
  readonly at: Date;
  readonly attempt: number;
  readonly reason: string;
  readonly actor: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string | null;
  readonly detail: unknown;
}

/** A run with all that was done about it. */
export interface RunLife extends ListedRun {
  readonly workflowVersion: number;
  readonly crashes: number;
  readonly compensationAttempts: number;
  readonly waitingOn: string | null;
  readonly steps: readonly LedgerRow[];
  readonly transitions: readonly TransitionRow[];
}

export interface ListedEvent extends EventFacts {
  readonly runs: readonly ListedRun[];
}

export interface EventLife extends EventFacts {
  /** Null once retention has dropped it, as are the headers. */
  readonly body: Buffer | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly runs: readonly RunLife[];
}

/** What JSON has no times for is text in it. */
type AsJson<Row> = {
  readonly [Key in keyof Row]: Row[Key] extends Date
    ? string
    : Row[Key] extends Date | null
      ? string | null
      : Row[Key] extends readonly (infer One)[]
        ? readonly AsJson<One>[]
        : Row[Key];
};

/** Reads events for people. */
@Injectable()
export class EventReader {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /** An event with its payload and all that was done about it; undefined if there is none. */
  async findLife(id: string): Promise<EventLife | undefined> {
    const query = { name: 'find-event-life', text: FIND_LIFE, values: [id] };
    const { rows } = await this.pool.query<Omit<EventLife, 'runs'> & { runs: AsJson<RunLife>[] }>(query);
    const [row] = rows;
    return row && { ...row, runs: row.runs.map(toRunLife) };
  }

  /**
   * The newest events first.
   *
   * @param before id of the event after which the page starts
   */
  async list(filter: EventFilter, limit: number, before?: string): Promise<ListedEvent[]> {
    const { text, values } = listEvents(filter, limit, before);
    // Without a name: a plan that is kept knows nothing of how many events a filter lets through.
    const { rows } = await this.pool.query<EventFacts & { runs: AsJson<ListedRun>[] }>(text, [...values]);
    return rows.map((row) => ({ ...row, runs: row.runs.map(toListedRun) }));
  }
}

function toListedRun<Row extends AsJson<ListedRun>>(run: Row) {
  return { ...run, nextAttemptAt: toDate(run.nextAttemptAt) };
}

function toRunLife(run: AsJson<RunLife>): RunLife {
  return {
    ...toListedRun(run),
    steps: run.steps.map((step) => ({
      ...step,
      startedAt: new Date(step.startedAt),
      finishedAt: toDate(step.finishedAt),
    })),
    transitions: run.transitions.map((transition) => ({ ...transition, at: new Date(transition.at) })),
  };
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

/** Status of an event that was read with its runs. */
export function statusOf(event: ListedEvent): EventStatus {
  return eventStatus(
    event.runs.filter(({ supersededBy }) => supersededBy === null).map(({ status }) => status),
  );
}
