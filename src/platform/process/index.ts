export { Closers } from './closers.js';
export { EventLoopLag } from './event-loop-lag.js';
export { keepHeapModest } from './modest-heap.js';
export { processName, WORKER } from './process-name.js';
export { Rounds } from './rounds.js';
export { Snapshot, type Obstacle } from './snapshot.js';
export { onStopSignal } from './stop-signals.js';
