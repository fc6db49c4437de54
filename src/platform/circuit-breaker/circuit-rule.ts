/**
 * The rules of a circuit breaker, as M. Nygard's "Release It!" names its states: `closed` lets everything through,
 * `open` nothing, `half_open` one probe whose outcome decides.
 */

/** In the order of the database's type. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** What was learnt about a target: a refusal is a sign of life, hence a success. */
export type Outcome = 'success' | 'failure';

/** How often which outcome was seen. */
export interface Counts {
  readonly successes: number;
  readonly failures: number;
}

/** Milliseconds for which an outcome counts. */
export const WINDOW_MS = 30_000;

/** Milliseconds after which a probe that tells nothing is given up; its process may be dead. */
export const PROBE_MS = 30_000;

/** A provider's circuit takes so many times as many failures as a target's, so that the target's own opens first. */
const PROVIDER_FACTOR = 2;

const PROVIDER_PREFIX = 'provider:';

/** Name of the circuit of all that is done for a provider's events. */
export function providerCircuit(provider: string): string {
  return `${PROVIDER_PREFIX}${provider}`;
}

/**
 * Whether these are so many failures that going on helps nobody: enough of them, and no fewer than successes.
 *
 * @param threshold failures in the window below which the circuit of a target stays closed
 */
export function mustOpen(name: string, { successes, failures }: Counts, threshold: number): boolean {
  const enough = name.startsWith(PROVIDER_PREFIX) ? PROVIDER_FACTOR * threshold : threshold;
  return failures >= enough && failures >= successes;
}

/** What a process knows of a circuit that is not closed. */
export interface OpenCircuit {
  /** Opened by a person, and closed by nobody else. */
  readonly manual: boolean;
  /** When a probe may be asked for, on the process's own clock: the cool-down, or another's probe, is over then. */
  readonly retryAt: number;
}

/** `ask`: whoever asks the store first may be the probe. */
export function judge(circuit: OpenCircuit | undefined, now: number): 'pass' | 'refused' | 'ask' {
  if (circuit === undefined) return 'pass';
  return circuit.manual || now < circuit.retryAt ? 'refused' : 'ask';
}
