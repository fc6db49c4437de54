export { ProcessModule } from './process.module.js';
export { RunProcessor } from './run-processor.js';
export { WorkerLiveness } from './worker-liveness.js';
