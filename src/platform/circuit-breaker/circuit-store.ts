import type { CircuitState, Counts, Outcome } from './circuit-rule.js';

/** What one process has seen of a circuit since it last told. */
export interface Tally extends Counts {
  readonly name: string;
}

/** A circuit as all processes share it. */
export interface CircuitStatus extends Counts {
  readonly name: string;
  readonly state: CircuitState;
  readonly manual: boolean;
  /** Milliseconds until a probe may be claimed, by the store's clock; null if none may. */
  readonly retryInMs: number | null;
}

/** Where the processes share their circuits. Its clock alone decides when something is over. */
export interface CircuitStore {
  /**
   * Adds what was seen, and tells of every circuit that is not closed or of which failures were seen lately.
   * What it does not tell of is closed.
   */
  exchange(tallies: readonly Tally[]): Promise<CircuitStatus[]>;

  /** Opens a closed circuit for a cool-down; one that is not closed stays as it is. */
  open(name: string, change: { cooldownMs: number; reason: string; actor: string }): Promise<void>;

  /** True for one caller when the cool-down is over, and again only when its probe has told nothing for too long. */
  claimProbe(name: string, actor: string): Promise<boolean>;

  /** Closes the circuit, or opens it for another cool-down; void unless the actor's probe still counts. */
  settleProbe(name: string, outcome: Outcome, change: { cooldownMs: number; actor: string }): Promise<void>;
}
