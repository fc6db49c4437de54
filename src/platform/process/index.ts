export { Closers } from './closers.js';
export { Rounds } from './rounds.js';
export { onStopSignal } from './stop-signals.js';
export { WORKER } from './worker-name.js';
