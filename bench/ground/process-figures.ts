import { readdirSync, readFileSync } from 'node:fs';

/** Of what `/proc/<pid>/stat` counts in (proc(5)), so many make a second: `sysconf(_SC_CLK_TCK)` of every Linux. */
const TICKS_PER_SECOND = 100;

/** What Linux says of a process; elsewhere nothing is known, and figures that need it are left out. */
export interface ProcessFigures {
  /** On all its threads, user and system, since it began. */
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
}

export function readProcess(pid: number): ProcessFigures | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      cpuSeconds: readCpu(pid).own,
      residentMegabytes: megabytes(status, 'VmRSS'),
      peakMegabytes: megabytes(status, 'VmHWM'),
    };
  } catch {
    return undefined;
  }
}

/** CPU seconds of a process and of all its children, those that have ended too. */
export function readFamilyCpu(pid: number): number | undefined {
  try {
    const { own, ended } = readCpu(pid);
    return childrenOf(pid).reduce((sum, child) => sum + (readProcess(child)?.cpuSeconds ?? 0), own + ended);
  } catch {
    return undefined;
  }
}

function readCpu(pid: number): { own: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name, which may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (first: number): number =>
    (Number(fields[first]) + Number(fields[first + 1])) / TICKS_PER_SECOND;
  return { own: seconds(11), ended: seconds(13) };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

function megabytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1_024;
}
