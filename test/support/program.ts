import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Its working directory. */
  readonly folder: string;
  /** All of its environment, beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended, and all that it printed. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** One of the built programs in a process of its own. */
export class Program {
  private readonly lines: string[] = [];
  /** Resolves when it has ended and all it printed was read. */
  readonly ended: Promise<Ending>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        child.emit('told');
      });
    }
    this.ended = once(child, 'close').then(() => ({ code: child.exitCode, output: this.output }));
  }

  /** @param file below `dist` */
  static start(file: string, { args = [], folder, env = {} }: ProgramOptions): Program {
    const script = resolve(__dirname, '../../dist', file);
    return new Program(
      spawn(process.execPath, [script, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** Resolves with the first line that matches, which may have been printed before; rejects if it ends without. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.lines) {
        const match = pattern.exec(line);
        if (match !== null) return match;
      }
      const news = await Promise.race([
        this.ended.then(() => 'end'),
        once(this.child, 'told').then(() => 'line'),
      ]);
      if (news === 'end') throw new Error(`It ended without ${String(pattern)}:\n${this.output}`);
    }
  }

  async end(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }

  private get output(): string {
    return this.lines.join('\n');
  }
}

/** Runs a program to its end. */
export async function runProgram(file: string, options: ProgramOptions): Promise<Ending> {
  return Program.start(file, options).ended;
}
