export { CircuitBreaker, type Admission, type CircuitSettings } from './circuit-breaker.js';
export { CIRCUIT_STORE, type CircuitStatus, type CircuitStore, type Tally } from './circuit-store.js';
export { PROBE_MS, providerCircuit, WINDOW_MS, type CircuitState, type Outcome } from './circuit-rule.js';
