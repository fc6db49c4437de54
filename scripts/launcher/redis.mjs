import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CommandError, run } from './command.mjs';
import { step } from './step.mjs';

const PROGRAMS = ['redis-server', 'valkey-server'];
const READY_WITHIN_MS = 10_000;

function findRedis() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable);
}

/** @returns {Promise<string>} path of the program, which is installed if it is missing */
export async function ensureRedis() {
  if (!findRedis()) await step('Installing redis-server with apt-get', installRedis);
  return findRedis();
}

/** Debian may start a service of its own with the package. It isn't used: ours has its own port and folder. */
async function installRedis() {
  const [program, ...prefix] = aptGet();
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run(program, [...prefix, 'update'], { env });
  await run(program, [...prefix, 'install', '-y', '--no-install-recommends', 'redis-server'], { env });
}

function aptGet() {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && succeeds('apt-get', ['--version'])) return ['apt-get'];
  if (!isRoot && succeeds('sudo', ['-n', 'apt-get', '--version'])) return ['sudo', '-n', 'apt-get'];
  throw new CommandError(
    'The tests need redis-server or valkey-server on the PATH, and it cannot be installed from here.\n' +
      '  Install Redis 7 or Valkey, for example: sudo apt-get install redis-server, brew install redis',
    1,
    '',
  );
}

/**
 * Starts a Redis for tests on a free port, with nothing kept.
 * @param {string} program
 * @param {string} folder
 */
export async function startRedis(program, folder) {
  mkdirSync(folder);
  const port = await findFreePort();
  const address = ['--bind', '127.0.0.1', '--port', String(port)];
  const server = spawn(program, [...address, '--dir', folder, '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = [];
  server.stdout.on('data', (chunk) => printed.push(chunk));
  server.stderr.on('data', (chunk) => printed.push(chunk));
  const ended = new Promise((resolve) => {
    server.once('error', resolve);
    server.once('close', resolve);
  });
  const stop = () => {
    server.kill('SIGKILL');
    return ended;
  };

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(port))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new CommandError(`${program} did not start`, 1, Buffer.concat(printed).toString());
    }
    await sleep(50);
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}

/** @returns {Promise<boolean>} */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('error', () => settle(false));
    socket.setTimeout(1_000, () => settle(false));
  });
}

/** @returns {Promise<number>} */
function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
