// Loaded before the service: a workflow for GitHub's event `order` that keeps the order and charges it at the target
// `till`.

import 'reflect-metadata';

import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const door = (folder) => import(pathToFileURL(join(dirname(process.argv[1]), folder, 'index.js')).href);
const { workflows } = await door('workflows');
const { defineWorkflow } = await door('model');
const { http, persist } = await door('act');

workflows.push(
  defineWorkflow({
    name: 'order',
    version: 1,
    on: { provider: 'github', type: 'order' },
    steps: [
      {
        name: 'keep',
        action: persist,
        input: ({ payload }) => ({
          kind: 'order',
          key: payload.number,
          data: { customer: payload.customer },
        }),
      },
      {
        name: 'charge',
        action: http,
        input: ({ payload }) => ({ target: 'till', path: `/charges/${payload.number}`, body: payload }),
      },
    ],
  }),
);
