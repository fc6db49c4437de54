/** Why the embedded database can't be had. The message says what is wrong and what can be done about it. */
export abstract class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Who holds a data folder, as its lock file tells. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The port that the holder serves, once it is known. */
  readonly port?: number;
}

/** Another running service uses the same data folder. */
export class DataDirLockedError extends EmbeddedPostgresError {
  constructor(
    readonly dataDir: string,
    /** Null in the instant before the holder has written who it is. */
    readonly holder: LockHolder | null,
  ) {
    super(
      `${dataDir} is in use by ${describeHolder(holder)}. ` +
        'Stop that service first, or set DATA_DIR to another folder to run a second one beside it.',
    );
  }
}

/** The data folder can't be made, read, written or locked, or holds something else. */
export class DataDirUnusableError extends EmbeddedPostgresError {
  constructor(
    readonly dataDir: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`The data folder ${dataDir} can't be used: ${reason}`, options);
  }
}

/** The data was made by another major version of PostgreSQL, whose files ours can't read. */
export class PostgresVersionError extends EmbeddedPostgresError {
  constructor(
    readonly dataDir: string,
    readonly found: string,
    readonly ours: string,
  ) {
    super(
      `The database in ${dataDir} was made by PostgreSQL ${found}, and this service brings PostgreSQL ${ours}. ` +
        `Nothing was changed. To keep the data, run a PostgreSQL ${found} server on it and set DATABASE_URL, ` +
        `or dump it there (pg_dump) and restore it into a new DATA_DIR. ` +
        `To start empty, set DATA_DIR to another folder.`,
    );
  }
}

/** PostgreSQL refuses to run as root, and there is no other account that it could run as. */
export class PostgresAccountError extends EmbeddedPostgresError {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `PostgreSQL doesn't run as root, and no other account can run it here: ${reason}. ` +
        'Start the service as a normal user, move the project and DATA_DIR to folders that every user may ' +
        'enter, or set DATABASE_URL to a server of your own.',
      options,
    );
  }
}

/** The server's programs are missing or don't run, or the server didn't come up or didn't stop. */
export class PostgresServerError extends EmbeddedPostgresError {}

function describeHolder(holder: LockHolder | null): string {
  if (!holder) return 'another service';
  const port = holder.port === undefined ? '' : `, port ${holder.port}`;
  return `process ${holder.pid} on ${holder.host} (since ${holder.startedAt}${port})`;
}
