import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { CommandError } from './command.mjs';
import { ensureProgram } from './debian-program.mjs';

const PROGRAMS = ['redis-server', 'valkey-server'];
const READY_WITHIN_MS = 10_000;

/** @returns {Promise<string>} path of the program, which is installed if it is missing */
export const ensureRedis = () =>
  ensureProgram({ programs: PROGRAMS, debianPackage: 'redis-server', name: 'Redis 7 or Valkey' });

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
