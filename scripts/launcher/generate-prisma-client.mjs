import { readFileSync, rmSync } from 'node:fs';

import { runTool } from './command.mjs';
import { inProject } from './paths.mjs';
import { fingerprintOf, isStamped, removeStamp, writeStamp } from './stamp.mjs';

const OUTPUT = inProject('src', 'store', 'generated');
const STAMP = inProject('src', 'store', 'generated', '.stamp');
const SOURCES = ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'];

export const generatePrismaClient = {
  name: 'Generating the Prisma client',
  isFresh: () => isStamped(STAMP, fingerprint()),
  async run(onStart) {
    removeStamp(STAMP);
    rmSync(OUTPUT, { recursive: true, force: true });
    const env = {
      // Generating doesn't use the schema engine, yet Prisma would download it if no file were named here.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      // No look for a newer Prisma either.
      CHECKPOINT_DISABLE: '1',
    };
    await runTool('prisma', ['generate'], { env, onStart });
    writeStamp(STAMP, fingerprint());
  },
};

function fingerprint() {
  return fingerprintOf(...SOURCES.map((path) => readFileSync(inProject(path))));
}
