export { ActModule } from './act.module.js';
export { email } from './actions/email.action.js';
export { log } from './actions/log.action.js';
export { persist } from './actions/persist.action.js';
export { RunExecutor, type Execution } from './run-executor.js';
