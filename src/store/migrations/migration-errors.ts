/** Why the database can't be brought to the schema that the code needs. The message says what can be done. */
export abstract class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The folder of the migrations is missing, or one of them has no `migration.sql`. */
export class MigrationDirectoryError extends MigrationError {}

/** There are tables, but no record of migrations: this is somebody else's database. */
export class DatabaseNotEmptyError extends MigrationError {
  constructor(readonly schema: string) {
    super(
      `The schema "${schema}" of the database holds tables that no migration made. ` +
        'Nothing was changed. Point DATABASE_URL at an empty database, or at one of this service.',
    );
  }
}

/** A migration that the database has had isn't among ours. */
export class DatabaseNewerError extends MigrationError {
  constructor(readonly names: readonly string[]) {
    super(
      `The database has had migrations that this version of the service doesn't know: ${names.join(', ')}. ` +
        'Nothing was changed. Run the version that brought them, or a newer one.',
    );
  }
}

/** A migration was edited after it had been applied, so its file no longer tells what the database is like. */
export class MigrationEditedError extends MigrationError {
  constructor(readonly names: readonly string[]) {
    super(
      `Migrations were changed after they had been applied: ${names.join(', ')}. ` +
        'Nothing was changed in the database. Restore the files, and put the change into a new migration.',
    );
  }
}

/** An earlier try of a migration failed, and nobody has said yet that it is settled. */
export class EarlierMigrationFailedError extends MigrationError {
  constructor(
    readonly migration: string,
    startedAt: Date,
    logs: string | null,
  ) {
    super(
      `The migration ${migration}, begun at ${startedAt.toISOString()}, failed` +
        `${logs ? `: ${logs.trim()}` : '.'}\n` +
        'No migration is applied until that is settled. See what it left in the database (nothing, unless it ' +
        'commits by itself), mend the cause, then have it tried again with ' +
        `"npx prisma migrate resolve --rolled-back ${migration}" or "UPDATE _prisma_migrations SET ` +
        `rolled_back_at = now() WHERE migration_name = '${migration}' AND finished_at IS NULL".`,
    );
  }
}

/** A migration failed now. What it did was rolled back, and the failure is recorded. */
export class MigrationFailedError extends MigrationError {
  constructor(
    readonly migration: string,
    logs: string,
    options: ErrorOptions,
  ) {
    super(`The migration ${migration} failed: ${logs}`, options);
  }
}
