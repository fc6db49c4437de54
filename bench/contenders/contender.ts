import type pg from 'pg';
import type { Program } from '../ground/running-program.js';

/** What a program of a contender does: it takes requests, works through what they left, or both. */
export type Role = 'api' | 'worker' | 'all';

/** Where the queue is. */
export type QueueBackend = 'redis' | 'postgres';

/** Runs that each worker executes at the same time. */
export const CONCURRENCY = 64;

/** The secrets that all contenders verify with, and all deliveries are signed with. */
export const SECRETS = {
  stripe: 'whsec_of_the_benchmarks',
  github: 'a secret of the benchmarks',
} as const;

/** One of those that do the same work and are compared. */
export interface Contender {
  readonly name: string;
  /** Its tables, in an empty database. The service makes its own. */
  prepare(pool: pg.Pool): Promise<void>;
  program(role: Role, queue?: QueueBackend): Program;
  /** Statements that give one `count`. */
  readonly counts: {
    readonly recorded: string;
    /** Undefined if its worker leaves no trace in the database. */
    readonly completed?: string;
    /** Events completed a second, from the first one on to the last, without the first $1. */
    readonly completedPerSecond?: string;
  };
}

/** Completed a second between two completions, the one after the first $1 and the last, by a table's times of them. */
export function rateOf(table: string, column: string): string {
  return `
    SELECT coalesce((count(*) - 1) / nullif(extract(epoch FROM max(at) - min(at)), 0), 0)::float8 AS count
    FROM (SELECT ${column} AS at FROM ${table} WHERE ${column} IS NOT NULL ORDER BY at OFFSET $1::bigint) AS measured`;
}
