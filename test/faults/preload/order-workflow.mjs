// Loaded before the service: a workflow for GitHub's event `order` that sends to the target `till`. FAULTS_ORDER says
// how it ends: `pays` only charges; `ships` does three steps; `fails` does two that can be undone, and then there is
// nothing to ship.

import 'reflect-metadata';

import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const door = (folder) => import(pathToFileURL(join(dirname(process.argv[1]), folder, 'index.js')).href);
const { workflows } = await door('workflows');
const { defineWorkflow, undoBy } = await door('model');
const { http } = await door('act');

const on = { provider: 'github', type: 'order' };
const tell = (what) => (event) => ({
  target: 'till',
  path: `/${what}/${event.payload.number}`,
  body: { event: event.id, what },
});
const step = (name) => ({ name, action: http, input: tell(name) });
const undoable = (name, undo) => ({ ...step(name), compensation: undoBy(on, http, tell(undo)) });

const undoables = [undoable('reserve', 'release'), undoable('charge', 'refund')];

const nothingToShip = () => {
  throw new Error('There is nothing to ship');
};

const STEPS = {
  pays: [step('charge')],
  ships: [...undoables, step('ship')],
  fails: [...undoables, { name: 'ship', action: http, input: nothingToShip }],
};

workflows.push(defineWorkflow({ name: 'order', version: 1, on, steps: STEPS[process.env.FAULTS_ORDER] }));
