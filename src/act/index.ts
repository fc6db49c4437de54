export { ActModule } from './act.module.js';
export { email } from './actions/email.action.js';
export { http } from './actions/http.action.js';
export { log } from './actions/log.action.js';
export { persist } from './actions/persist.action.js';
export { logIdsOf, type LoggedRun } from './log-ids-of.js';
export { RunExecution, type Execution } from './run-execution.js';
export { TaskExecutor } from './task-executor.js';
