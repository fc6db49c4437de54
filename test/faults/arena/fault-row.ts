import type { QueueBackendName } from '../../support/backends.js';
import type { Arena } from './arena.js';
import type { Expectation } from './checker.js';

/** What a row did and saw, beside what the checker finds. */
export interface Observation {
  /** The faults, in words and numbers, such as `3 kills`. */
  readonly injected: string;
  /** Milliseconds from the moment that the row names to the one when its expectation held. */
  readonly recoveryMs: number;
  /** What else is worth a look in the report. */
  readonly notes?: readonly string[];
}

/**
 * One fault of the matrix. `run` starts what it needs in the arena, sends, breaks something, and returns when the
 * expectation of the row holds; it throws when it does not. That nothing was lost or doubled is checked afterwards,
 * for every row in the same way.
 */
export interface FaultRow {
  readonly number: number;
  readonly title: string;
  /** Where it makes sense. */
  readonly backends: readonly QueueBackendName[];
  /** Those that the short form, which is part of `npm test`, runs on. */
  readonly shortForm: readonly QueueBackendName[];
  /** From when to when recovery is measured, and how long it may take. */
  readonly recovery: { readonly of: string; readonly limitMs: number };
  /** Milliseconds after which the row is given up. */
  readonly deadlineMs: number;
  /** The service brings its database, as a newcomer has it; otherwise the arena does. */
  readonly embeddedDatabase?: boolean;
  /** The database's disk is one of its own, of some 200 MB. */
  readonly smallDisk?: boolean;
  /** Whether a Redis writes down what it is told; by default it keeps nothing over a restart. */
  readonly redisKeepsData?: boolean;
  /** Which ends count as legal beside `completed`. */
  readonly expectation?: Expectation;
  readonly run: (arena: Arena) => Promise<Observation>;
}

/** Thrown when a row cannot be run on this machine. */
export class RowSkipped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RowSkipped';
  }
}
