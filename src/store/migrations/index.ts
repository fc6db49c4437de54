export { MIGRATIONS } from './directory.js';
export { migrate, type MigrateOptions } from './migrate.js';
export {
  DatabaseNewerError,
  DatabaseNotEmptyError,
  EarlierMigrationFailedError,
  MigrationDirectoryError,
  MigrationEditedError,
  MigrationError,
  MigrationFailedError,
} from './migration-errors.js';
