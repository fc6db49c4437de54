export { DrainDelay } from './health/drain-delay.js';
export { OpsModule } from './ops.module.js';
