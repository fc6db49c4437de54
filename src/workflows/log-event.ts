import { log } from '../act/index.js';
import { defineWorkflow } from '../model/index.js';

/** What is done about an event that no other workflow is for: it is said that it came. */
export const logEvent = defineWorkflow({
  name: 'log',
  version: 1,
  on: { provider: '*', type: '*' },
  steps: [
    {
      name: 'log',
      action: log,
      input: ({ id, provider, type, entity }) => ({
        message: 'No workflow is for this event',
        fields: { event: id, provider, type, entity },
      }),
    },
  ],
});
