import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { MigrationDirectoryError } from './migration-errors.js';

/** A migration as it stands on disk. */
export interface Migration {
  /** Of its folder; the order of the names is the order of application. */
  readonly name: string;
  readonly script: string;
}

/**
 * Reads `<directory>/<name>/migration.sql` of all migrations, in order.
 *
 * @throws MigrationDirectoryError if the folder or one of the files is missing
 */
export async function readMigrations(directory: string): Promise<Migration[]> {
  return Promise.all(
    (await listMigrations(directory)).map(async (name) => {
      const file = path.join(directory, name, 'migration.sql');
      return { name, script: await attempt(`${file} can't be read`, () => readFile(file, 'utf8')) };
    }),
  );
}

/**
 * The names of all migrations, in order.
 *
 * @throws MigrationDirectoryError if the folder is missing
 */
export async function listMigrations(directory: string): Promise<string[]> {
  const entries = await attempt(`There are no migrations in ${directory}`, () =>
    readdir(directory, { withFileTypes: true }),
  );
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Sha256 in hexadecimal digits, as Prisma records it. */
export function checksum(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/** Whether a script is the one that was recorded. Like Prisma, minds no line ends: Git changes them on Windows. */
export function isUnchanged(script: string, recorded: string): boolean {
  const unix = script.replaceAll('\r\n', '\n');
  return [script, unix, unix.replaceAll('\n', '\r\n')].some((variant) => checksum(variant) === recorded);
}

async function attempt<T>(failure: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationDirectoryError(`${failure}: ${reason}`, { cause: error });
  }
}
