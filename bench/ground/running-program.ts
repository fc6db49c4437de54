import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../test/support/eventually.js';
import { readProcess, type ProcessFigures } from './process-figures.js';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;

/** Characters of what a program printed that are shown if it fails. */
const SHOWN = 2_000;

/** A program that is measured. It prints a line with `Ready`, and the URL if it takes requests. */
export interface Program {
  /** For Node. */
  readonly args: readonly string[];
  /** All of its environment, beside PATH and what the site adds. */
  readonly env: Readonly<Record<string, string>>;
  /** Told at the end, when nothing it could still do is needed. By default it is killed. */
  readonly stopSignal?: NodeJS.Signals;
}

/** It runs in a process of its own, and prints into a file, as nobody is to pay for reading it. */
export class RunningProgram {
  private address = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly output: string,
    private readonly stopSignal: NodeJS.Signals,
  ) {}

  /** @param folder its working directory */
  static spawn({ args, env, stopSignal = 'SIGKILL' }: Program, folder: string): RunningProgram {
    const output = join(folder, 'output.log');
    const file = openSync(output, 'a');
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', file, file],
    });
    closeSync(file);
    return new RunningProgram(child, output, stopSignal);
  }

  /** @throws with what it printed, if it does not get ready */
  async untilReady(): Promise<void> {
    this.address = await eventually(
      () => {
        if (hasEnded(this.child)) throw new Error(`It ended before it was ready:\n${endOf(this.output)}`);
        const ready = /^\W*Ready(?: on (http:\S+))?/m.exec(readFileSync(this.output, 'utf8'));
        return ready === null ? undefined : (ready[1] ?? '').replace('localhost', '127.0.0.1');
      },
      READY_WITHIN_MS,
      () => `it is not ready:\n${endOf(this.output)}`,
    );
  }

  /** '' if it takes no requests. */
  get url(): string {
    return this.address;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The program was not spawned');
    return this.child.pid;
  }

  /** @throws with what it printed, if it has ended */
  figures(): ProcessFigures | undefined {
    if (hasEnded(this.child)) throw this.failure();
    return readProcess(this.pid);
  }

  /**
   * Waits for work that needs it.
   *
   * @throws with what it printed, if it ends before that is done: nobody else would notice
   */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    const watching = new AbortController();
    const { signal } = watching;
    const exit: Promise<unknown> = hasEnded(this.child)
      ? Promise.resolve()
      : once(this.child, 'exit', { signal });
    const ended = exit.then(() => {
      throw this.failure();
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      watching.abort();
    }
  }

  /** Ends it when nothing that it could still do is needed. */
  end(): Promise<void> {
    return this.stop(this.stopSignal);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (hasEnded(this.child)) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const patience = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(patience);
  }

  private failure(): Error {
    return new Error(`It ended while it was measured:\n${endOf(this.output)}`);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function endOf(file: string): string {
  return readFileSync(file, 'utf8').slice(-SHOWN);
}
