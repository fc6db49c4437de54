import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './choose-account.js';
import { PostgresServerError } from './errors.js';
import type { DataDirLayout } from './layout.js';
import type { Binaries } from './locate-binaries.js';
import { poll, readPidFile, shutDown } from './postmaster.js';
import { PROGRAM_ENV } from './run-program.js';

/** A server that takes connections. */
export interface Server {
  readonly port: number;
  /** Resolves when the server has ended, with how, whoever stopped it. */
  readonly ended: Promise<string>;
  /** @throws PostgresServerError if it doesn't stop */
  stop(): Promise<void>;
}

/** A process takes up to 50 with its queues, and several may share the server. */
const MAX_CONNECTIONS = 300;
/** Recovery after a crash reads the whole log since the last checkpoint, up to 1 GB. */
const READY_WITHIN_MS = 120_000;
/** A lost race for a port, or children of a killed server that are about to end. */
const ATTEMPTS = 5;
const ATTEMPT_PAUSE_MS = 500;
/** Part of the log that is shown when the server doesn't start, in characters. */
const LOG_TAIL = 2000;

/**
 * Starts the server on a free port of the loopback interface, and nowhere else.
 *
 * @param beforeAttempt makes sure that no other server is on the data
 * @throws PostgresServerError with the end of the server's log
 */
export async function runServer(
  layout: DataDirLayout,
  binaries: Binaries,
  account: Account,
  beforeAttempt: () => Promise<void>,
): Promise<Server> {
  if (fs.existsSync(layout.log)) fs.renameSync(layout.log, layout.previousLog);
  for (let attempt = 1; ; attempt++) {
    await beforeAttempt();
    const server = await tryServer(layout, binaries, account, await freePort());
    if (server) return server;
    if (attempt === ATTEMPTS) {
      throw new PostgresServerError(`The database doesn't start. Its log ends with:\n${logTail(layout)}`);
    }
    await sleep(ATTEMPT_PAUSE_MS);
  }
}

async function tryServer(
  layout: DataDirLayout,
  binaries: Binaries,
  account: Account,
  port: number,
): Promise<Server | undefined> {
  const child = spawnServer(layout, binaries, account, port);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ? `stopped by ${signal}` : `exit code ${code}`);
    });
  });
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new PostgresServerError('The database server has no process id');

  const isReady = (): boolean => {
    const file = readPidFile(layout.cluster);
    return file?.pid === pid && file.ready;
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= isRunning()
      ? shutDown(pid, binaries.pgCtl, (ms) => poll(ms, () => !isRunning()))
      : Promise.resolve());

  const settled = await poll(READY_WITHIN_MS, () => !isRunning() || isReady());
  if (isRunning() && settled) return { port, ended, stop };
  await stop();
  return undefined;
}

function spawnServer(
  layout: DataDirLayout,
  binaries: Binaries,
  account: Account,
  port: number,
): ChildProcess {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const { file, args, ...identity } = account.launch(binaries.postgres, [
    '-D',
    layout.cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const log = fs.openSync(layout.log, 'a', 0o600);
  try {
    return spawn(file, [...args], {
      ...identity,
      cwd: layout.dataDir,
      env: PROGRAM_ENV,
      stdio: ['ignore', log, log],
      // In a session of its own: Ctrl-C in a terminal goes to the whole foreground group, and would take the
      // database away from a service that is still finishing its work.
      detached: true,
      windowsHide: true,
    });
  } finally {
    fs.closeSync(log);
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new PostgresServerError('No free port');
  return address.port;
}

function logTail(layout: DataDirLayout): string {
  return fs.readFileSync(layout.log, 'utf8').slice(-LOG_TAIL).trim();
}
