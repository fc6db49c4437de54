import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { CommandError, run } from './command.mjs';
import { step } from './step.mjs';

/** Where Debian has servers, which is not on everybody's PATH. */
const SERVERS = '/usr/sbin';

/**
 * A program that the tests need. Debian may start a service of its own with its package. It isn't used: ours has its
 * own port and folder.
 * @param {{ programs: string[], debianPackage: string, name: string }} wanted any of these programs
 * @returns {Promise<string>} its path; it is installed if it is missing
 */
export async function ensureProgram({ programs, debianPackage, name }) {
  const found = find(programs);
  if (found) return found;
  const command = aptGet();
  if (command) await step(`Installing ${debianPackage} with apt-get`, () => install(command, debianPackage));
  const installed = find(programs);
  if (installed) return installed;
  throw new CommandError(
    `The tests need ${programs.join(' or ')} on the PATH, and it cannot be installed from here.\n` +
      `  Install ${name}, for example: sudo apt-get install ${debianPackage}, brew install ${debianPackage.replace('-server', '')}`,
    1,
    '',
  );
}

function find(programs) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), SERVERS];
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable);
}

async function install([program, ...prefix], debianPackage) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run(program, [...prefix, 'update'], { env });
  await run(program, [...prefix, 'install', '-y', '--no-install-recommends', debianPackage], { env });
}

/** @returns {string[] | undefined} the command, if this user may install */
function aptGet() {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && succeeds('apt-get', ['--version'])) return ['apt-get'];
  if (!isRoot && succeeds('sudo', ['-n', 'apt-get', '--version'])) return ['sudo', '-n', 'apt-get'];
  return undefined;
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
