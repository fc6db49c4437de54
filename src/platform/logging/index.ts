export { LogQuota } from './log-quota.js';
export { Outage } from './outage.js';
export { FrameworkLogger } from './framework-logger.js';
export type { LogIds } from './log-ids.js';
export { LOG_LEVELS, LogLevel, type LogLevelName, type LogLevelState } from './log-level.js';
export { LOGGER, createLogger, type LogSettings } from './logger.js';
