import path from 'node:path';

/** What is where in a data folder. */
export interface DataDirLayout {
  readonly dataDir: string;
  /** The PostgreSQL data; it stands there whole or not at all. */
  readonly cluster: string;
  /** Start of the names of folders in which a cluster is being made. */
  readonly draftPrefix: string;
  /** The superuser's password, mode 0600. */
  readonly password: string;
  readonly log: string;
  /** The log of the start before. */
  readonly previousLog: string;
}

export function layoutOf(dataDir: string): DataDirLayout {
  return {
    dataDir,
    cluster: path.join(dataDir, 'postgres'),
    draftPrefix: 'postgres.new-',
    password: path.join(dataDir, 'postgres.password'),
    log: path.join(dataDir, 'postgres.log'),
    previousLog: path.join(dataDir, 'postgres.log.1'),
  };
}
