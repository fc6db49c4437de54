import { existsSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';

import { runTool } from './command.mjs';
import { inProject } from './paths.mjs';
import { filesIn, fingerprintOf, isStamped, removeStamp, writeStamp } from './stamp.mjs';

const SOURCE = inProject('src');
const OUTPUT = inProject('dist');
const STAMP = inProject('dist', '.stamp');
const CONFIG = 'scripts/config/swc.json';
const NOT_BUILT = ['spec', 'fixture'];

export const build = {
  name: 'Building',
  isFresh: () => isStamped(STAMP, fingerprint()),
  async run(onStart) {
    const wanted = fingerprint();
    removeStamp(STAMP);
    removeOrphans();
    const ignore = NOT_BUILT.map((kind) => `**/*.${kind}.ts`).join(',');
    const output = ['--out-dir', 'dist', '--strip-leading-paths', '--copy-files'];
    await runTool('@swc/cli', ['src', '--config-file', CONFIG, '--ignore', ignore, ...output], { onStart });
    writeStamp(STAMP, wanted);
  },
};

function fingerprint() {
  const files = [
    ...filesIn(SOURCE).filter(isBuilt),
    inProject(CONFIG),
    inProject('node_modules/@swc/core/package.json'),
  ];
  return fingerprintOf(...files.flatMap((path) => [path, readFileSync(path)]));
}

function isBuilt(path) {
  return !NOT_BUILT.some((kind) => path.endsWith(`.${kind}.ts`));
}

/** A service may be running from `dist`: so it's not emptied, only what has lost its source goes. */
function removeOrphans() {
  if (!existsSync(OUTPUT)) return;
  for (const path of filesIn(OUTPUT)) {
    const original = inProject('src', relative(OUTPUT, path).replace(/\.map$/, ''));
    const sources = [original, original.replace(/\.js$/, '.ts')];
    if (!sources.some((source) => existsSync(source) && isBuilt(source))) rmSync(path);
  }
}
