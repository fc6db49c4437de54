import { readFileSync, rmSync } from 'node:fs';

import { runTool } from './command.mjs';
import { inProject } from './paths.mjs';
import { fingerprintOf, isStamped, removeStamp, writeStamp } from './stamp.mjs';

export const generatePrismaClient = generation({
  name: 'Generating the Prisma client',
  schema: 'prisma/schema.prisma',
  output: 'src/store/generated',
});

/** Of the baseline that the service is measured against. */
export const generateBaselineClient = generation({
  name: "Generating the baseline's Prisma client",
  schema: 'bench/baseline/schema.prisma',
  output: 'bench/baseline/generated',
});

/** @param {{ name: string, schema: string, output: string }} client paths in the project */
function generation({ name, schema, output }) {
  const stamp = inProject(output, '.stamp');
  const sources = [schema, 'prisma.config.ts', 'node_modules/prisma/package.json'];
  const fingerprint = () => fingerprintOf(...sources.map((path) => readFileSync(inProject(path))));
  return {
    name,
    isFresh: () => isStamped(stamp, fingerprint()),
    async run(onStart) {
      removeStamp(stamp);
      rmSync(inProject(output), { recursive: true, force: true });
      const env = {
        // Generating doesn't use the schema engine, yet Prisma would download it if no file were named here.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        // No look for a newer Prisma either.
        CHECKPOINT_DISABLE: '1',
      };
      await runTool('prisma', ['generate', '--schema', schema], { env, onStart });
      writeStamp(stamp, fingerprint());
    },
  };
}
