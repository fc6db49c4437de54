// Loaded before the service: a workflow that keeps how a Stripe customer stands, in one step.

import 'reflect-metadata';

import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const door = (folder) => import(pathToFileURL(join(dirname(process.argv[1]), folder, 'index.js')).href);
const { workflows } = await door('workflows');
const { defineWorkflow } = await door('model');
const { persist } = await door('act');

workflows.push(
  defineWorkflow({
    name: 'keep-customer',
    version: 1,
    on: { provider: 'stripe', type: 'customer.updated' },
    steps: [
      {
        name: 'keep-customer',
        action: persist,
        input: ({ payload }) => {
          const { id, name, email, phone, balance } = payload.data.object;
          return { kind: 'customer', key: id, data: { name, email, phone, balance } };
        },
      },
    ],
  }),
);
