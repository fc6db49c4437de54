import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { inProject, ROOT } from '../launcher/paths.mjs';

// Jest runs our ES modules as CommonJS: as ES modules it can't run them before Node 24.9, since CommonJS packages
// `require` Nest, which has ES modules only. So tests and what they import can't use top-level await.
// `import.meta.url`, `import.meta.dirname` and `import.meta.filename` work: swc translates them.

const swc = JSON.parse(readFileSync(inProject('scripts', 'config', 'swc.json'), 'utf8'));
const commonJs = { ...swc, swcrc: false, sourceMaps: 'inline', module: { type: 'commonjs' } };

/** @param {string} folder @returns {string[]} the names of all packages below it that have ES modules only */
function esModulePackages(folder) {
  return packageFolders(folder).flatMap(({ name, path }) => {
    const { type } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const nested = join(path, 'node_modules');
    return [...(type === 'module' ? [name] : []), ...(existsSync(nested) ? esModulePackages(nested) : [])];
  });
}

function packageFolders(folder) {
  return readdirSync(folder)
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((own) => `${name}/${own}`) : [name],
    )
    .map((name) => ({ name, path: join(folder, name) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')));
}

const translated = [...new Set(esModulePackages(inProject('node_modules')))].join('|');

const project = (displayName, testMatch) => ({
  displayName,
  rootDir: ROOT,
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/bench'],
  testMatch: [`<rootDir>/${testMatch}`],
  testEnvironment: 'node',
  resolver: inProject('scripts', 'config', 'jest-resolver.mjs'),
  transform: { '\\.(ts|js|mjs)$': ['@swc/jest', commonJs] },
  // Of installed packages only the innermost counts: one may carry another of its own in its node_modules.
  transformIgnorePatterns: [`/node_modules/(?!(?:${translated})/)(?!.*/node_modules/)`],
  moduleNameMapper: {
    '^(@prisma/client/runtime/.+)\\.mjs$': '$1.js',
    // TypeScript's relative imports name the file that will be built.
    '^(\\.{1,2}/.+)\\.js$': '$1',
  },
});

const projects = [
  project('unit', '{src,bench}/**/*.spec.ts'),
  project('integration', 'test/integration/**/*.test.ts'),
  project('e2e', 'test/e2e/**/*.test.ts'),
  project('deploy', 'test/deploy/**/*.test.ts'),
  project('faults', 'test/faults/**/*.test.ts'),
  project('fuzz', 'test/fuzz/**/*.test.ts'),
];

/** Takes minutes and root, so it runs only where it is asked for. */
const image = project('image', 'test/image/**/*.test.ts');

export default {
  rootDir: ROOT,
  maxWorkers: 2,
  testTimeout: 60_000,
  testSequencer: inProject('scripts', 'config', 'test-sequencer.mjs'),
  cacheDirectory: inProject('.cache', 'jest'),
  projects: process.env.TEST_IMAGE === 'yes' ? [image] : projects,
};
