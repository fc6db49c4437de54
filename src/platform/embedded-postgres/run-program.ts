import { execFile } from 'node:child_process';

/** A program and the identity it is started with. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * All of the environment that the database's programs get (on Windows they need the system's own variables, so
 * they inherit). The service's environment holds secrets, and PG* and LC_* variables that would change what the
 * programs do.
 */
export const PROGRAM_ENV: Readonly<Record<string, string>> | undefined =
  process.platform === 'win32' ? undefined : { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** How a program ended: whether with code 0, and what it wrote. */
export interface ProgramResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** What it wrote as errors, or why it couldn't be started. */
  readonly stderr: string;
}

/** Runs a program to its end. Never rejects: that a program fails or is missing is an answer, too. */
export function runProgram(launch: Launch, cwd = '/'): Promise<ProgramResult> {
  const { file, args, ...identity } = launch;
  return new Promise((resolve) => {
    execFile(
      file,
      [...args],
      { ...identity, cwd, env: PROGRAM_ENV, windowsHide: true },
      (error, stdout, stderr) => {
        resolve({ ok: error === null, stdout, stderr: stderr.trim() || (error?.message ?? '') });
      },
    );
  });
}
