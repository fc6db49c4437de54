import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Account } from './choose-account.js';
import { DataDirUnusableError, PostgresServerError, PostgresVersionError } from './errors.js';
import { errorCode } from './error-code.js';
import type { DataDirLayout } from './layout.js';
import type { Binaries } from './locate-binaries.js';
import { runProgram } from './run-program.js';

/**
 * Whether there is a cluster that our version can use.
 *
 * @throws PostgresVersionError if it is of another major version
 * @throws DataDirUnusableError if it isn't ours to read, or the folder holds something else
 */
export function findCluster(layout: DataDirLayout, major: string): boolean {
  const found = readIfThere(layout, path.join(layout.cluster, 'PG_VERSION'))?.trim();
  if (found === undefined) {
    if (!fs.existsSync(layout.cluster) || fs.readdirSync(layout.cluster).length === 0) return false;
    throw new DataDirUnusableError(layout.dataDir, `${layout.cluster} holds files, but no PostgreSQL data.`);
  }
  if (found !== major) throw new PostgresVersionError(layout.cluster, found, major);
  return true;
}

/**
 * Makes a cluster with a random superuser password. It is made beside its place and then renamed, so that being
 * killed in the middle leaves nothing that looks like a cluster.
 *
 * @throws PostgresServerError with what initdb said
 */
export async function createCluster(
  layout: DataDirLayout,
  binaries: Binaries,
  account: Account,
): Promise<void> {
  removeDrafts(layout);
  const draft = path.join(layout.dataDir, `${layout.draftPrefix}${randomBytes(6).toString('hex')}`);
  fs.mkdirSync(draft, { mode: 0o700 });
  writePassword(layout);
  if (account.ids) {
    fs.chownSync(draft, account.ids.uid, account.ids.gid);
    fs.chownSync(layout.password, account.ids.uid, account.ids.gid);
  }
  const { ok, stderr } = await runProgram(
    account.launch(binaries.initdb, [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${layout.password}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorts alike on every machine, whatever locales it has.
      '--no-locale',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ]),
    layout.dataDir,
  );
  if (!ok) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw new PostgresServerError(`The database can't be created in ${layout.dataDir}: ${stderr}`);
  }
  if (fs.existsSync(layout.cluster)) fs.rmdirSync(layout.cluster);
  fs.renameSync(draft, layout.cluster);
  syncFolder(layout.dataDir);
}

/** @throws DataDirUnusableError if it is gone or unreadable */
export function readPassword(layout: DataDirLayout): string {
  const password = readIfThere(layout, layout.password)?.trim();
  if (password) return password;
  throw new DataDirUnusableError(layout.dataDir, `${layout.password} is missing. Restore it from a backup.`);
}

/**
 * Data that root copied belongs to root, and PostgreSQL runs only as its owner.
 *
 * @throws PostgresServerError if it can't be given to the account
 */
export async function ownCluster(layout: DataDirLayout, account: Account): Promise<void> {
  if (!account.ids || fs.statSync(layout.cluster).uid === account.ids.uid) return;
  const owner = `${account.ids.uid}:${account.ids.gid}`;
  const { ok, stderr } = await runProgram({ file: 'chown', args: ['-R', '-h', owner, layout.cluster] });
  if (!ok) throw new PostgresServerError(`${layout.cluster} can't be given to user ${owner}: ${stderr}`);
}

/** What a start that was killed has left. Its initdb may still be at work for a moment, hence the retries. */
function removeDrafts(layout: DataDirLayout): void {
  for (const name of fs.readdirSync(layout.dataDir)) {
    if (!name.startsWith(layout.draftPrefix)) continue;
    fs.rmSync(path.join(layout.dataDir, name), {
      recursive: true,
      force: true,
      maxRetries: 10,
      retryDelay: 100,
    });
  }
}

function writePassword(layout: DataDirLayout): void {
  fs.rmSync(layout.password, { force: true });
  fs.writeFileSync(layout.password, `${randomBytes(24).toString('base64url')}\n`, {
    mode: 0o600,
    flush: true,
  });
}

/** Makes a rename outlive a power cut. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function readIfThere(layout: DataDirLayout, file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new DataDirUnusableError(layout.dataDir, `${file} can't be read (${errorCode(error)}).`, {
      cause: error,
    });
  }
}
