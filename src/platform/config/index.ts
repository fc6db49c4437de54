export {
  CONFIG,
  ConfigError,
  explainFault,
  readConfig,
  type Config,
  type Environment,
  type QueueBackend,
} from './config.js';
export { formatEnvFile, loadEnvironment } from './env-file.js';
export { settings } from './settings.js';
