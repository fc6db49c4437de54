import { persist } from '../act/index.js';
import { defineWorkflow } from '../model/index.js';
import { github } from '../providers/index.js';

/** Something happened to a pull request: keep how it stands. */
export const githubPullRequest = defineWorkflow({
  name: 'github-pull-request',
  version: 1,
  on: github.event('pull_request'),
  steps: [
    {
      name: 'keep-activity',
      action: persist,
      input: ({ payload }) => {
        const { action, number, pull_request: pullRequest, repository, sender } = payload;
        return {
          kind: 'pull_request',
          key: `${repository.full_name}#${number}`,
          data: { action, title: pullRequest.title, state: pullRequest.state, by: sender.login },
        };
      },
    },
  ],
});
