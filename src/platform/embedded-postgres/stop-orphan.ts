import fs from 'node:fs';
import type { DataDirLayout } from './layout.js';
import type { Binaries } from './locate-binaries.js';
import { isServerOf, pidFileOf, poll, readPidFile, shutDown } from './postmaster.js';

/** How long a pid file may be half written. */
const WRITING_MS = 500;

/**
 * Stops the server that a service left behind when it was killed. Only for who holds the lock of the data
 * folder: then no service uses that server. A pid file that names a process which isn't that server is removed,
 * since PostgreSQL would refuse to start beside it; the process is left alone.
 *
 * @returns the process that was stopped, if there was one
 * @throws PostgresServerError if it doesn't stop
 */
export async function stopOrphan(
  { cluster }: DataDirLayout,
  { pgCtl }: Binaries,
): Promise<number | undefined> {
  await poll(WRITING_MS, () => readPidFile(cluster) !== undefined);
  const file = readPidFile(cluster);
  if (file === null) return undefined;
  if (file && (await isServerOf(cluster, file.pid))) {
    await shutDown(file.pid, pgCtl, (ms) => poll(ms, async () => !(await isServerOf(cluster, file.pid))));
    return file.pid;
  }
  // With the process gone, PostgreSQL itself makes sure that none of its children still uses the data, for
  // which it needs the file.
  if (file === undefined || isAlive(file.pid)) fs.rmSync(pidFileOf(cluster), { force: true });
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process, or another user's: PostgreSQL minds neither.
    return false;
  }
}
