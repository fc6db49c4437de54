import { persist } from '../act/index.js';
import { defineWorkflow } from '../model/index.js';
import { github } from '../providers/index.js';

/** Commits were pushed: keep what the branch points to. */
export const githubPush = defineWorkflow({
  name: 'github-push',
  version: 1,
  on: github.event('push'),
  steps: [
    {
      name: 'keep-activity',
      action: persist,
      input: ({ payload }) => {
        const { ref, before, after, forced, commits, pusher, repository } = payload;
        return {
          kind: 'branch',
          key: `${repository.full_name}@${ref}`,
          data: { before, after, forced, commits: commits.length, pusher: pusher.name },
        };
      },
    },
  ],
});
