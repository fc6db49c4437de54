import { readFileSync } from 'node:fs';

import { runNpm } from './command.mjs';
import { inProject } from './paths.mjs';
import { fingerprintOf, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const STAMP = inProject('node_modules', '.install-stamp');
/** npm's own note of what it installed, which it writes last. */
const INSTALLED = inProject('node_modules', '.package-lock.json');
const RUNTIME = `${process.platform} ${process.arch} node-abi-${process.versions.modules}`;

export const installPackages = {
  name: 'Installing packages',

  isFresh() {
    const stamp = readStamp(STAMP);
    if (stamp === stampContent()) return true;
    const isOfOtherRuntime = stamp !== undefined && !stamp.startsWith(RUNTIME);
    return !isOfOtherRuntime && isInstalledByHand();
  },

  async run(onStart) {
    removeStamp(STAMP);
    removeStamp(INSTALLED);
    // In production, too, the service is built here, which takes the development packages.
    await runNpm(['ci', '--include=dev'], { onStart });
    writeStamp(STAMP, stampContent());
  },
};

function stampContent() {
  const project = readJson(inProject('package.json'));
  const declared = JSON.stringify([declaredIn(project), project.overrides]);
  return `${RUNTIME} ${fingerprintOf(readFileSync(inProject('package-lock.json')), declared)}`;
}

/** Whether somebody's own `npm ci` or `npm install` has left just what the lock file demands. */
function isInstalledByHand() {
  const found = readJson(INSTALLED)?.packages;
  const { '': project, ...wanted } = readJson(inProject('package-lock.json')).packages;
  const declared = declaredIn(readJson(inProject('package.json')));
  if (!found || JSON.stringify(declared) !== JSON.stringify(declaredIn(project))) return false;
  return Object.entries(wanted).every(([path, entry]) =>
    found[path] ? isSamePackage(found[path], entry) : isForOtherPlatform(entry),
  );
}

function isSamePackage(one, other) {
  return one.version === other.version && one.integrity === other.integrity;
}

function isForOtherPlatform({ os, cpu, libc }) {
  return Boolean(
    (os && !os.includes(process.platform)) || (cpu && !cpu.includes(process.arch)) || libc !== undefined,
  );
}

function declaredIn({ dependencies, devDependencies, optionalDependencies }) {
  return { dependencies, devDependencies, optionalDependencies };
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
