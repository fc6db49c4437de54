import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one that got the same id.
 * @typedef {{ pid: number, startedAt?: string }} ProcessIdentity
 */

/** @returns {ProcessIdentity} */
export function identify(pid) {
  return { pid, startedAt: readStat(pid)?.startedAt };
}

/** @param {ProcessIdentity} process */
export function isAlive({ pid, startedAt }) {
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid)) return false;
  const stat = readStat(pid);
  if (stat === undefined) return true;
  return stat.state !== 'Z' && (startedAt === undefined || stat.startedAt === startedAt);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user, but there.
    return error.code === 'EPERM';
  }
}

/** Known on Linux only; elsewhere a reused process id can't be recognized. */
function readStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startedAt: fields[19] };
  } catch {
    return undefined;
  }
}
