export {
  DataDirLockedError,
  DataDirUnusableError,
  EmbeddedPostgresError,
  PostgresAccountError,
  PostgresServerError,
  PostgresVersionError,
  type LockHolder,
} from './errors.js';
export { lockDataDir, type DataDirLock } from './lock-data-dir.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './start-embedded-postgres.js';
