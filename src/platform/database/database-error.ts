import { types } from 'node:util';
import pg from 'pg';

/** Codes with which Node, and Prisma (P…), say that the server could not be reached, or went away. */
const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
]);

/** What a failed statement means for its caller. */
export type DatabaseFault =
  /** A value that the database does not take: the fault of the row, not of the database. */
  | 'bad_row'
  /** The database is away, full, starting or overloaded: the same statement can succeed later. */
  | 'unavailable'
  /** A fault of ours. */
  | 'unexpected';

/**
 * Sorts a failure by its SQLSTATE class.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function databaseFault(error: unknown): DatabaseFault {
  if (!types.isNativeError(error)) return 'unexpected';
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    switch (error.code.slice(0, 2)) {
      case '22': // data exception
      case '23': // integrity constraint violation
      case '54': // program limit exceeded: a key too long for its index
        return 'bad_row';
      case '08': // connection exception
      case '25': // invalid transaction state: read-only after a failover
      case '40': // transaction rollback: deadlock, serialization
      case '53': // insufficient resources: disk full, too many connections
      case '55': // object not in prerequisite state: lock not available
      case '57': // operator intervention: shutdown, query canceled
      case '58': // system error: I/O
        return 'unavailable';
      default:
        return 'unexpected';
    }
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined && UNREACHABLE_CODES.has(code)) return 'unavailable';
  // node-postgres has no codes for what happens between it and the server.
  return /timeout|terminated|closed the connection|not queryable|connection error|after calling end/i.test(
    error.message,
  )
    ? 'unavailable'
    : 'unexpected';
}
