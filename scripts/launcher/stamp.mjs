import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// A stamp lies inside what was made and names what it was made from. It is removed before the making starts and
// written when it has succeeded, so half of a thing never counts, and deleting the thing deletes its stamp.

export function isStamped(path, fingerprint) {
  return readStamp(path) === fingerprint;
}

export function readStamp(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export function writeStamp(path, fingerprint) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, fingerprint);
}

export function removeStamp(path) {
  rmSync(path, { force: true });
}

/** @param {(string | Buffer)[]} parts */
export function fingerprintOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** @returns {string[]} every file below the folder, as sorted paths */
export function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
