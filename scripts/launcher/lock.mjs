import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { identify, isAlive } from './process-identity.mjs';

/**
 * A lock is a file that names its holder.
 * @typedef {import('./process-identity.mjs').ProcessIdentity & { token: string, program: string }} Holder
 */

/**
 * Waits until the lock is ours. It is given back by the returned function, or when the process exits.
 * @param {string} path
 * @param {{ program: string, onWait: (holder: Holder) => void }} options
 */
export async function acquireLock(path, { program, onWait }) {
  mkdirSync(dirname(path), { recursive: true });
  const self = { token: randomBytes(6).toString('hex'), program, ...identify(process.pid) };
  let waitingFor;
  for (let holder = tryAcquire(path, self); holder; holder = tryAcquire(path, self)) {
    if (holder.token !== waitingFor) onWait(holder);
    waitingFor = holder.token;
    await sleep(100);
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  return () => {
    process.off('exit', release);
    release();
  };
}

/** @returns {Holder | undefined} the living holder in our way, or nothing when the lock is ours */
function tryAcquire(path, self) {
  for (;;) {
    if (createLock(path, self)) return undefined;
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) return holder;
    const remover = removeStale(path, holder, self);
    if (remover) return remover;
  }
}

/** By link(2) the file appears with its content or not at all, so nobody ever reads half a holder. */
function createLock(path, self) {
  const draft = `${path}.${self.token}.draft`;
  writeFileSync(draft, JSON.stringify(self));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Two processes may find the same dead holder. Were both to delete its file, the second would delete the lock
 * that the first has taken in between. So it is deleted only under a second lock, named after the dead holder,
 * and after a second look. Whoever dies meanwhile leaves a stale second lock, which is removed by the same rule.
 * @returns {Holder | undefined} the process that is removing it already
 */
function removeStale(path, dead, self) {
  const claim = `${path}.${dead.token}`;
  const remover = tryAcquire(claim, self);
  if (remover) return remover;
  if (readHolder(path)?.token === dead.token) rmSync(path, { force: true });
  rmSync(claim, { force: true });
  return undefined;
}

/** @returns {Holder | undefined} nothing if there is no such file */
function readHolder(path) {
  let content;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(content);
  } catch {
    // Only a power failure leaves such a file: it has no living holder.
    return { token: 'unreadable', program: 'unknown', pid: 0 };
  }
}
