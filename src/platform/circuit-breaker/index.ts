export { CircuitBreaker, type Admission, type CircuitSettings } from './circuit-breaker.js';
export type { CircuitStatus, CircuitStore, Tally } from './circuit-store.js';
export { PROBE_MS, providerCircuit, WINDOW_MS, type CircuitState, type Outcome } from './circuit-rule.js';
