import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { eventually } from '../../support/eventually.js';
import type { Arena } from '../arena/arena.js';
import { RowSkipped } from '../arena/fault-row.js';

/** A fault in the system calls of a PostgreSQL server. */
export interface Injection {
  end(): Promise<void>;
}

/**
 * Lets a system call of all its processes, those to come included, misbehave.
 *
 * @param fault as strace's `inject` wants it, such as `delay_enter=1000`
 * @throws {RowSkipped} where strace is missing or must not look at other processes
 */
export async function injectIntoPostgres(arena: Arena, call: string, fault: string): Promise<Injection> {
  if (spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status !== 0) {
    throw new RowSkipped('strace is missing, or is not allowed here');
  }
  const { postmaster } = arena.postgres;
  const pids = [postmaster, ...childrenOf(postmaster)];
  const args = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${fault}`];
  const strace = spawn('strace', [...args, ...pids.map((pid) => `--attach=${pid}`)], { stdio: 'ignore' });
  await eventually(
    () => pids.every((pid) => isTraced(pid)) || undefined,
    10_000,
    () => 'strace does not attach',
  );
  return {
    async end() {
      const ended = once(strace, 'exit');
      // It detaches, and the processes go on.
      strace.kill('SIGINT');
      await ended;
    },
  };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

/** One that has ended meanwhile needs no tracing. */
function isTraced(pid: number): boolean {
  try {
    return !/^TracerPid:\s+0$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
