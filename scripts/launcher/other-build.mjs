import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './command.mjs';
import { inProject } from './paths.mjs';
import { step } from './step.mjs';

/**
 * Builds the service as it is in another commit, beside this one.
 * @param {string} ref of git
 * @param {string} folder where it is put
 * @returns {Promise<string>} its `dist`
 */
export async function buildOther(ref, folder) {
  const project = join(folder, 'other');
  await step(`Building ${ref}`, async () => {
    mkdirSync(project);
    await run('git', ['archive', '--format=tar', '--output', join(folder, 'other.tar'), ref]);
    await run('tar', ['-xf', join(folder, 'other.tar'), '-C', project]);
    if (hasSamePackages(project)) symlinkSync(inProject('node_modules'), join(project, 'node_modules'));
    await run(process.execPath, [join(project, 'scripts', 'build.mjs')]);
  });
  return join(project, 'dist');
}

/** Then ours will do; else its launcher installs them. */
function hasSamePackages(project) {
  const files = ['package.json', 'package-lock.json'];
  return files.every((file) => readFileSync(join(project, file)).equals(readFileSync(inProject(file))));
}
