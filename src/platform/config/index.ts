export {
  CONFIG,
  ConfigError,
  explainFault,
  readConfig,
  type Config,
  type Environment,
  type QueueBackend,
} from './config.js';
export { formatEnvFile, freshSecret, loadEnvironment } from './env-file.js';
export { settings } from './settings.js';
export { namesCollector, readTracingConfig, type TracingConfig } from './tracing-config.js';
export { trustedProxies, type TrustedProxies } from './trusted-proxies.js';
