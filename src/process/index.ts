export { ProcessModule } from './process.module.js';
export { WorkerLiveness } from './worker-liveness.js';
