export { Closers } from './closers.js';
export { onStopSignal } from './stop-signals.js';
export { WORKER } from './worker-name.js';
