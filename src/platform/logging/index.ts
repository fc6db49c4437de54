export { LogQuota } from './log-quota.js';
export { Outage } from './outage.js';
export { FrameworkLogger } from './framework-logger.js';
export {
  LOGGER,
  createLogger,
  logContext,
  withLogContext,
  withoutLogContext,
  type LogContext,
} from './logger.js';
