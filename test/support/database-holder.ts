import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';

interface Message {
  readonly url?: string;
  readonly drained?: boolean;
  readonly report?: string;
}

/** Another process that holds an embedded database, in a process group of its own. */
export interface DatabaseHolder {
  readonly pid: number;
  /** Resolves with the first message that has the field; rejects if the process ends before. */
  message<K extends keyof Message>(field: K): Promise<NonNullable<Message[K]>>;
  /** To the process, or as a terminal does, to its whole group. Resolves with the exit code when it has ended. */
  kill(signal: NodeJS.Signals, whom?: 'process' | 'group'): Promise<number | null>;
}

const SCRIPT = path.resolve('test/support/hold-database.mjs');

/** @param index the door of the built embedded-postgres folder */
export function holdDatabase(
  dataDir: string,
  index = path.resolve('dist/platform/embedded-postgres/index.js'),
): DatabaseHolder {
  const child: ChildProcess = spawn(process.execPath, [SCRIPT, index, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || !stdout || !stderr) throw new Error('The holder did not start');
  const messages: Message[] = [];
  let errors = '';
  stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  readline.createInterface(stdout).on('line', (line) => {
    messages.push(JSON.parse(line) as Message);
    child.emit('told');
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);

  return {
    pid,
    async message(field) {
      for (;;) {
        const found = messages.find((message) => message[field] !== undefined)?.[field];
        if (found !== undefined) return found;
        const ended = await Promise.race([exited.then(() => true), once(child, 'told').then(() => false)]);
        if (ended) throw new Error(`The holder ended without "${field}": ${errors}`);
      }
    },
    kill(signal, whom = 'process') {
      process.kill(whom === 'group' ? -pid : pid, signal);
      return exited;
    },
  };
}
