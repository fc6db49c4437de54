import './launcher/node-version.mjs';

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { buildBench } from './launcher/build-bench.mjs';
import { build } from './launcher/build.mjs';
import { generateBaselineClient, generatePrismaClient } from './launcher/generate-prisma-client.mjs';
import { installPackages } from './launcher/install-packages.mjs';
import { launch } from './launcher/launch.mjs';
import { acquireLock } from './launcher/lock.mjs';
import { inProject, ROOT } from './launcher/paths.mjs';
import { identify, isAlive } from './launcher/process-identity.mjs';
import { say, step } from './launcher/step.mjs';

const SERVICE = [installPackages, generatePrismaClient, build];
const LOCK = inProject('.cache', 'launcher.lock');
/** Names the command that the holder of the lock is running. */
const COMMAND = inProject('.cache', 'launcher.command');

/** Installs and generates what is missing or stale, so that the sources can be checked. */
export const prepareTools = () =>
  launch(() => prepare([installPackages, generatePrismaClient, generateBaselineClient]));

/** Installs and generates what is missing or stale, and builds the service. */
export const prepareService = () => launch(() => prepare(SERVICE));

/** The same, and builds the benchmarks. */
export const prepareBench = () => launch(() => prepare([...SERVICE, generateBaselineClient, buildBench]));

async function prepare(steps) {
  // What is being made has no stamp yet, so what looks fresh needs no lock.
  if (steps.every(({ isFresh }) => isFresh())) return;
  const release = await acquireLock(LOCK, {
    program: relative(ROOT, process.argv[1]),
    onWait: ({ program, pid }) =>
      say(`• Waiting for ${program} (process ${pid}), which is preparing this folder`),
  });
  try {
    await waitForOrphan();
    for (const { name, isFresh, run } of steps) {
      if (!isFresh()) await step(name, () => run(rememberCommand));
    }
  } finally {
    rmSync(COMMAND, { force: true });
    release();
  }
}

function rememberCommand(pid) {
  writeFileSync(COMMAND, JSON.stringify(identify(pid)));
}

/** A launcher that was killed can't stop its command: two of them at work on the same files would spoil both. */
async function waitForOrphan() {
  const orphan = readOrphan();
  if (!orphan || !isAlive(orphan)) return;
  say(`• Waiting for process ${orphan.pid}, which a killed launcher has left at work in this folder`);
  while (isAlive(orphan)) await sleep(100);
}

function readOrphan() {
  try {
    return JSON.parse(readFileSync(COMMAND, 'utf8'));
  } catch {
    return undefined;
  }
}
