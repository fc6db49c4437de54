export { Closers } from './closers.js';
export { onStopSignal } from './stop-signals.js';
