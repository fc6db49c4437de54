import type { IssuesOpenedEvent, PingEvent, PushEvent } from '@octokit/webhooks-types';
import type { Sample } from '../../model/index.js';
import { freshNumber, freshSha } from './sample-ids.js';
import { pullRequestOpened } from './sample-pull-request.js';
import { octocat, sampleRepository } from './sample-repository.js';

export const samples: readonly Sample[] = [
  { type: 'push', body: () => ({ ...push() }) },
  { type: 'pull_request.opened', body: () => ({ ...pullRequestOpened() }) },
  { type: 'issues.opened', body: () => ({ ...issueOpened() }) },
  { type: 'ping', body: () => ({ ...ping() }) },
];

function push(): PushEvent {
  const repository = sampleRepository(Date.now());
  const before = freshSha();
  const after = freshSha();
  const person = { name: 'The Octocat', email: 'octocat@github.com', username: octocat.login };
  const commit = {
    id: after,
    tree_id: freshSha(),
    distinct: true,
    message: 'Say hello to the world',
    timestamp: repository.updated_at,
    url: `${repository.html_url}/commit/${after}`,
    author: person,
    committer: person,
    added: [],
    removed: [],
    modified: ['README.md'],
  };
  return {
    ref: 'refs/heads/main',
    before,
    after,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `${repository.html_url}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: [commit],
    head_commit: commit,
    repository,
    pusher: { name: octocat.login, email: person.email },
    sender: octocat,
  };
}

function issueOpened(): IssuesOpenedEvent {
  const repository = sampleRepository(Date.now());
  const number = freshNumber();
  const url = `${repository.url}/issues/${number}`;
  return {
    action: 'opened',
    issue: {
      url,
      repository_url: repository.url,
      labels_url: `${url}/labels{/name}`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url: `${repository.html_url}/issues/${number}`,
      id: freshNumber(),
      node_id: `I_${number}`,
      number,
      title: 'The greeting is too quiet',
      user: octocat,
      labels: [],
      state: 'open',
      locked: false,
      assignee: null,
      assignees: [],
      milestone: null,
      comments: 0,
      created_at: repository.updated_at,
      updated_at: repository.updated_at,
      closed_at: null,
      author_association: 'CONTRIBUTOR',
      active_lock_reason: null,
      body: 'It should be heard everywhere.',
      reactions: {
        url: `${url}/reactions`,
        total_count: 0,
        '+1': 0,
        '-1': 0,
        laugh: 0,
        hooray: 0,
        confused: 0,
        heart: 0,
        rocket: 0,
        eyes: 0,
      },
      state_reason: null,
    },
    repository,
    sender: octocat,
  };
}

function ping(): PingEvent {
  const repository = sampleRepository(Date.now());
  const id = freshNumber();
  const url = `${repository.url}/hooks/${id}`;
  return {
    zen: 'Keep it logically awesome.',
    hook_id: id,
    hook: {
      type: 'Repository',
      id,
      name: 'web',
      active: true,
      events: ['*'],
      config: { content_type: 'json', url: 'https://example.com/webhooks/github', insecure_ssl: '0' },
      updated_at: repository.updated_at,
      created_at: repository.updated_at,
      url,
      test_url: `${url}/test`,
      ping_url: `${url}/pings`,
      deliveries_url: `${url}/deliveries`,
      last_response: { code: null, status: 'unused', message: null },
    },
    repository,
    sender: octocat,
  };
}
