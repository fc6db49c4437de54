import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { RowSkipped } from './fault-row.js';

/** A fresh database takes some 40 MB, and its log grows in pieces of 16 MB. */
const SIZE = '200m';

/** A file system of its own that is soon full. */
export interface SmallDisk {
  unmount(): void;
}

/** @throws {RowSkipped} where we may not mount anything */
export function mountSmallDisk(folder: string): SmallDisk {
  mkdirSync(folder);
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
  if (status !== 0) throw new RowSkipped(`no file system can be mounted here: ${String(stderr).trim()}`);
  chmodSync(folder, 0o755);
  return {
    unmount: () => {
      spawnSync('umount', ['--lazy', folder]);
    },
  };
}
