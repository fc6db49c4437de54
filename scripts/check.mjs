import { prepareTools } from './prepare.mjs';

import { parseArgs } from 'node:util';

import { runTool } from './launcher/command.mjs';
import { launch } from './launcher/launch.mjs';
import { say, step } from './launcher/step.mjs';

const CHECKS = [
  { name: 'Format', tool: 'prettier', args: ['--check', '.'] },
  { name: 'Lint', tool: 'eslint', args: ['--config', 'scripts/config/eslint.config.mjs', '.'] },
  { name: 'Types', tool: 'typescript', args: ['--noEmit'] },
  {
    name: 'Import rules',
    tool: 'dependency-cruiser',
    args: ['--config', 'scripts/config/dependency-cruiser.mjs', 'src'],
  },
  {
    name: 'Unit tests',
    tool: 'jest',
    args: ['--config', 'scripts/config/jest.config.mjs', '--selectProjects', 'unit'],
  },
];

// For whoever runs all tests anyway.
const { values: flags } = parseArgs({ options: { static: { type: 'boolean', default: false } } });
const checks = CHECKS.filter(({ tool }) => tool !== 'jest' || !flags.static);

await prepareTools();
await launch(async () => {
  const failures = [];
  for (const { name, tool, args } of checks) {
    await step(name, () => runTool(tool, args)).catch((error) => failures.push({ name, ...error }));
  }
  for (const { name, output } of failures) say(`\n── ${name} ──\n${output}`);
  if (failures.length > 0) {
    say(`\n✗ Failed: ${failures.map(({ name }) => name).join(', ')}.`);
    process.exitCode = 1;
  }
});
