import type { Action, Event } from '../model/index.js';
import type { LogIds } from '../platform/logging/index.js';
import type { Lease, StepEntry } from '../store/index.js';

/** What an action may know about the step that it performs. */
export interface StepContext {
  readonly event: Event;
  readonly lease: Lease;
  readonly entry: StepEntry;
  /** For what it logs. */
  readonly logIds: LogIds;
  /** Aborted when the run's lease is lost or the process shuts down. */
  readonly signal: AbortSignal;
}

/**
 * Code that performs an action.
 *
 * A `transactional` one commits its effect together with the step's entry and so finishes the step by
 * itself, and returns the output as it was recorded; for the others the executor keeps the ledger around `perform`.
 *
 * `perform` throws an `ActionError` for what it can name. An external action whose effect may have
 * happened although it failed throws `outcome_unknown`. One that may be repeated can give way to the
 * signal: then it throws the signal's reason.
 */
export interface Performer<Input, Output> {
  readonly action: Action<Input, Output>;
  perform(input: Input, context: StepContext): Promise<Output>;
  /**
   * Name of the circuit of the target that this input needs, such as `smtp:mail.example.org:587`;
   * undefined if it needs none. Asked before `perform`, hence never throws, whatever the input.
   */
  circuit?(input: Input): string | undefined;
}

/** Token of the list of all performers. */
export const PERFORMERS = Symbol('PERFORMERS');
