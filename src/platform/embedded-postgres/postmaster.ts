import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.js';
import { PostgresServerError } from './errors.js';
import { runProgram } from './run-program.js';

/** What a server writes about itself into its data folder. */
export interface PidFile {
  readonly pid: number;
  /** Whether it takes connections. */
  readonly ready: boolean;
}

/** How long a fast shutdown may take (it writes a checkpoint) before it becomes an immediate one. */
const FAST_SHUTDOWN_MS = 15_000;
/** How long an immediate shutdown may take; the server itself kills its children after 5 s. */
const IMMEDIATE_SHUTDOWN_MS = 10_000;
const POLL_MS = 20;

export function pidFileOf(cluster: string): string {
  return path.join(cluster, 'postmaster.pid');
}

/** Null if there is none; undefined if it can't be understood, as in the moment when it is being written. */
export function readPidFile(cluster: string): PidFile | null | undefined {
  let lines: string[];
  try {
    lines = fs.readFileSync(pidFileOf(cluster), 'utf8').split('\n');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, ready: lines[7]?.trim() === 'ready' };
}

/** Whether the process is a PostgreSQL server, and the one on this data: ids of processes are used again. */
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (process.platform === 'linux') return isServerOnLinux(cluster, pid);
  const launch =
    process.platform === 'win32'
      ? {
          file: 'powershell',
          args: [
            '-NoProfile',
            '-Command',
            `(Get-CimInstance Win32_Process -Filter ProcessId=${pid}).CommandLine`,
          ],
        }
      : { file: 'ps', args: ['-ww', '-o', 'command=', '-p', String(pid)] };
  const { stdout } = await runProgram(launch, cluster);
  return /postgres(\.exe)?"? .*-D/.test(stdout) && stdout.includes(cluster);
}

function isServerOnLinux(cluster: string, pid: number): boolean {
  try {
    // A server works in its data folder, which stays true when the folder is renamed. Its children do so too,
    // but call themselves "postgres: …".
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
    return path.basename(command) === 'postgres' && fs.readlinkSync(`/proc/${pid}/cwd`) === cluster;
  } catch (error) {
    // It is gone, is a zombie, or belongs to another user, whom PostgreSQL wouldn't let use our data.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

/**
 * Shuts a server down: fast (open transactions are rolled back, data written), and if that takes too long,
 * immediately (the next start recovers from the log; nothing committed is lost).
 *
 * @param gone settles with whether the server was gone within that many milliseconds
 * @throws PostgresServerError if it outlives both
 */
export async function shutDown(
  pid: number,
  pgCtl: string,
  gone: (withinMs: number) => Promise<boolean>,
): Promise<void> {
  await signal(pid, pgCtl, 'INT');
  if (await gone(FAST_SHUTDOWN_MS)) return;
  await signal(pid, pgCtl, 'QUIT');
  if (await gone(IMMEDIATE_SHUTDOWN_MS)) return;
  throw new PostgresServerError(`The database server (process ${pid}) doesn't stop. Stop it by hand.`);
}

/** Asks again and again until the answer is yes or the time is over. */
export async function poll(withinMs: number, question: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!(await question())) {
    if (performance.now() > end) return false;
    await sleep(POLL_MS);
  }
  return true;
}

async function signal(pid: number, pgCtl: string, name: 'INT' | 'QUIT'): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals; PostgreSQL has its own there, and pg_ctl speaks them.
    await runProgram({ file: pgCtl, args: ['kill', name, String(pid)] }, path.dirname(pgCtl));
    return;
  }
  try {
    process.kill(pid, `SIG${name}`);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error; // It ended by itself.
  }
}
