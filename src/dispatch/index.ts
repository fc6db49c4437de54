export { DispatchModule } from './dispatch.module.js';
export { Dispatcher, RUN_QUEUES, type RunQueues } from './dispatcher.js';
