import { readFileSync, rmSync } from 'node:fs';

import { runTool } from './command.mjs';
import { inProject } from './paths.mjs';
import { filesIn, fingerprintOf, isStamped, removeStamp, writeStamp } from './stamp.mjs';

/** The benchmarks use parts of these, so all three lie there side by side. */
const SOURCES = ['bench', 'src', 'test/support'];
const OUTPUT = '.cache/bench';
const STAMP = inProject(OUTPUT, '.stamp');
const CONFIG = 'scripts/config/swc.json';

export const buildBench = {
  name: 'Building the benchmarks',
  isFresh: () => isStamped(STAMP, fingerprint()),
  async run(onStart) {
    const wanted = fingerprint();
    removeStamp(STAMP);
    rmSync(inProject(OUTPUT), { recursive: true, force: true });
    await runTool('@swc/cli', [...SOURCES, '--config-file', CONFIG, '--out-dir', OUTPUT], { onStart });
    writeStamp(STAMP, wanted);
  },
};

function fingerprint() {
  const files = SOURCES.flatMap((folder) => filesIn(inProject(folder))).filter((path) =>
    path.endsWith('.ts'),
  );
  return fingerprintOf(...[...files, inProject(CONFIG)].flatMap((path) => [path, readFileSync(path)]));
}
