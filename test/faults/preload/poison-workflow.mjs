// Loaded before the service: a workflow for GitHub's event `poison`, whose payload says what it does. Without the
// file FAULTS_CURE it is as bad as it can be.

import 'reflect-metadata';

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const door = (folder) => import(pathToFileURL(join(dirname(process.argv[1]), folder, 'index.js')).href);
const { workflows } = await door('workflows');
const { ActionError } = await door('model');
const { log } = await door('act');

const POISONS = {
  // An unexpected failure, which is tried again.
  throw: () => {
    throw new ActionError('unexpected', 'poison');
  },
  exit: () => process.exit(1),
  memory: () => {
    for (const hoard = []; ;) hoard.push(new Array(100_000).fill(hoard.length));
  },
};

// A step's input is computed in the middle of its run; what it throws by itself would be invalid input.
const poisonous = (payload) => ({
  toJSON() {
    if (!existsSync(process.env.FAULTS_CURE)) POISONS[payload.poison]();
    return {};
  },
});

workflows.push({
  name: 'poison',
  version: 1,
  on: { provider: 'github', type: 'poison' },
  steps: [{ name: 'swallow', action: log, input: ({ payload }) => poisonous(payload) }],
});
