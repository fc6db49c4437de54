import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tryLock, unlock } from 'fs-native-extensions';
import { DataDirLockedError, DataDirUnusableError, type LockHolder } from './errors.js';
import { errorCode } from './error-code.js';

/** Proof that this process, and no other, may use the data folder. */
export interface DataDirLock {
  /** Absolute, without symbolic links. */
  readonly dataDir: string;
  /** Adds the port that we serve to what a second start is told. */
  announce(port: number): void;
  /** Lets others have the folder. Harmless when called again. */
  release(): void;
}

/** A lock on Windows keeps others from reading the locked bytes, so there it lies beyond the content. */
const LOCKED_RANGE: [offset: number, length: number] = process.platform === 'win32' ? [2 ** 30, 1] : [0, 0];

const ANOTHER = 'Set DATA_DIR to another folder.';
const NOT_ALLOWED = 'this user may not write there. Run as the user who made it, or use another DATA_DIR.';

const REASONS: Partial<Record<string, string>> = {
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: `its file system is read-only. ${ANOTHER}`,
  EEXIST: `a file stands where the folder should be. ${ANOTHER}`,
  ENOTDIR: `a file stands where the folder should be. ${ANOTHER}`,
  ENOSPC: 'the disk is full.',
};

/**
 * Takes the data folder (made if missing) for this process. The kernel holds the lock and gives it back when
 * the process ends in whatever way; the file's content only says who it is.
 *
 * @throws DataDirLockedError if another process holds it; nothing was touched
 * @throws DataDirUnusableError if the folder can't be made, written or locked
 */
export function lockDataDir(dataDir: string): DataDirLock {
  const folder = openFolder(path.resolve(dataDir));
  const file = path.join(folder, 'lock');
  // A plain descriptor: a FileHandle that nobody refers to is closed by the garbage collector, lock and all.
  // Node opens with O_CLOEXEC, so the database server doesn't inherit it.
  const fd = attempt(folder, () => fs.openSync(file, 'a+', 0o644));
  try {
    if (!take(folder, fd)) throw new DataDirLockedError(folder, readHolder(fd));
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }

  const holder: LockHolder = { pid: process.pid, host: os.hostname(), startedAt: new Date().toISOString() };
  let held = true;
  write(fd, holder);
  return {
    dataDir: folder,
    announce(port) {
      if (held) write(fd, { ...holder, port });
    },
    release() {
      if (!held) return;
      held = false;
      fs.ftruncateSync(fd);
      unlock(fd, ...LOCKED_RANGE);
      fs.closeSync(fd);
    },
  };
}

function openFolder(dataDir: string): string {
  return attempt(dataDir, () => {
    fs.mkdirSync(dataDir, { recursive: true });
    return fs.realpathSync(dataDir);
  });
}

function take(dataDir: string, fd: number): boolean {
  try {
    return tryLock(fd, ...LOCKED_RANGE);
  } catch (error) {
    if (errorCode(error) === 'EBUSY') return false; // Windows
    throw new DataDirUnusableError(dataDir, `its file system can't lock files (${errorCode(error)})`, {
      cause: error,
    });
  }
}

function readHolder(fd: number): LockHolder | null {
  const content = Buffer.alloc(4096);
  const length = fs.readSync(fd, content, 0, content.length, 0);
  try {
    return JSON.parse(content.toString('utf8', 0, length)) as LockHolder;
  } catch {
    return null; // The holder has the lock and is about to write.
  }
}

function write(fd: number, holder: LockHolder): void {
  fs.ftruncateSync(fd);
  fs.writeSync(fd, `${JSON.stringify(holder)}\n`);
}

function attempt<T>(dataDir: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new DataDirUnusableError(dataDir, reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const known = REASONS[errorCode(error) ?? ''];
  return known ?? (error instanceof Error ? error.message : String(error));
}
