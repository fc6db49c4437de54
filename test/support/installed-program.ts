import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Path of a program that `npm test` has found or installed. */
export function installedProgram(name: string): string {
  const variable = `TEST_${name.toUpperCase()}_PROGRAM`;
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: tests are run by npm test`);
  return path;
}

/** How a program ended, and what it said on both of its streams. */
export interface Verdict {
  readonly code: number | null;
  readonly output: string;
}

/** Runs an installed program to its end. */
export async function runInstalled(name: string, args: readonly string[], input = ''): Promise<Verdict> {
  const child = spawn(installedProgram(name), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const [said, complained] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, output: said + complained };
}

/** An installed server in a process of its own. */
export class InstalledServer {
  private printed = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    }
    this.ended = once(child, 'exit');
  }

  static start(name: string, args: readonly string[]): InstalledServer {
    return new InstalledServer(spawn(installedProgram(name), args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** @throws with all that it has printed, if it has ended */
  mustRun(): void {
    if (this.child.exitCode !== null) throw new Error(`It ended:\n${this.printed}`);
  }

  get output(): string {
    return this.printed;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
