import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { ROOT } from './paths.mjs';

const HAS_GROUPS = process.platform !== 'win32';

const running = new Set();
let interrupted = false;

/** A command that ended badly, with all that it printed. */
export class CommandError extends Error {
  constructor(message, exitCode, output) {
    super(message);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/**
 * Runs a program in the project's folder and waits for its end.
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] added to ours
 * @param {boolean} [options.show] lets it print at once; otherwise its output is kept for the case that it fails
 * @param {boolean} [options.shell]
 * @param {(pid: number) => void} [options.onStart]
 */
export function run(program, args, { env = {}, show = false, shell = false, onStart } = {}) {
  const name = [program === process.execPath ? 'node' : program, ...args].join(' ');
  return new Promise((resolve, reject) => {
    // On our way out nothing new is started, and nobody is to go on or to complain: so this never settles.
    if (interrupted) return;
    const output = show ? 'inherit' : 'pipe';
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      shell,
      // A group of its own, so that `stopCommands` reaches its helpers as well: Jest, for one, leaves its workers behind.
      detached: HAS_GROUPS,
    });
    const printed = [];
    child.stdout?.on('data', (chunk) => printed.push(chunk));
    child.stderr?.on('data', (chunk) => printed.push(chunk));
    running.add(child);
    child.once('spawn', () => onStart?.(child.pid));
    child.once('error', (error) => {
      running.delete(child);
      reject(new CommandError(`${name} could not be started: ${error.message}`, 1, ''));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      if (interrupted) return;
      if (code === 0) return resolve();
      const end = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      reject(new CommandError(`${name} ${end}`, code ?? 1, Buffer.concat(printed).toString().trim()));
    });
  });
}

/** Runs the command line of an installed package, without a shell or npx in between. */
export function runTool(packageName, args, options) {
  return run(process.execPath, [toolPath(packageName), ...args], options);
}

function toolPath(packageName) {
  const folder = join('node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : Object.values(bin)[0]);
}

/** Runs npm: the one that started us, or else the one on the path. */
export function runNpm(args, options) {
  const starter = process.env.npm_execpath;
  if (starter && basename(starter) === 'npm-cli.js')
    return run(process.execPath, [starter, ...args], options);
  if (process.platform === 'win32') return run('npm.cmd', args, { ...options, shell: true });
  return run('npm', args, options);
}

/** Ends every running command, at once when called again. No command settles any more, and none starts. */
export async function stopCommands(signal) {
  const kill = interrupted ? 'SIGKILL' : signal;
  interrupted = true;
  await Promise.all(
    [...running].map((child) => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      signalGroup(child, kill);
      const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000);
      return ended.then(() => clearTimeout(patience));
    }),
  );
}

function signalGroup(child, signal) {
  try {
    process.kill(HAS_GROUPS ? -child.pid : child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
