import { randomBytes } from 'node:crypto';
import type { Sample } from '../../model/index.js';
import { freshNumber } from '../sample-ids.js';

export const samples: readonly Sample[] = [
  { type: 'push', body: push },
  { type: 'merge_request.open', body: mergeRequestOpened },
];

/** What `X-Gitlab-Event` says. */
export const hookNames: Readonly<Record<string, string>> = {
  push: 'Push Hook',
  'merge_request.open': 'Merge Request Hook',
};

const user = { id: 4, name: 'John Smith', username: 'jsmith', avatar_url: null, email: '[REDACTED]' };

const project = {
  id: 15,
  name: 'Diaspora',
  description: '',
  web_url: 'https://gitlab.example.com/mike/diaspora',
  avatar_url: null,
  git_ssh_url: 'git@gitlab.example.com:mike/diaspora.git',
  git_http_url: 'https://gitlab.example.com/mike/diaspora.git',
  namespace: 'Mike',
  visibility_level: 0,
  path_with_namespace: 'mike/diaspora',
  default_branch: 'main',
};

function push(): Record<string, unknown> {
  const after = freshSha();
  return {
    object_kind: 'push',
    event_name: 'push',
    before: freshSha(),
    after,
    ref: 'refs/heads/main',
    ref_protected: true,
    checkout_sha: after,
    user_id: user.id,
    user_name: user.name,
    user_username: user.username,
    project_id: project.id,
    project,
    commits: [
      {
        id: after,
        message: 'Say hello to the world',
        title: 'Say hello to the world',
        timestamp: new Date().toISOString(),
        url: `${project.web_url}/-/commit/${after}`,
        author: { name: user.name, email: 'john@example.com' },
        added: [],
        modified: ['README.md'],
        removed: [],
      },
    ],
    total_commits_count: 1,
  };
}

function mergeRequestOpened(): Record<string, unknown> {
  const iid = freshNumber();
  const now = new Date().toISOString();
  return {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user,
    project,
    object_attributes: {
      id: freshNumber(),
      iid,
      target_branch: 'main',
      source_branch: 'greeting',
      source_project_id: project.id,
      target_project_id: project.id,
      author_id: user.id,
      title: 'Say hello to the world',
      description: 'It should be heard everywhere.',
      created_at: now,
      updated_at: now,
      state: 'opened',
      merge_status: 'unchecked',
      draft: false,
      url: `${project.web_url}/-/merge_requests/${iid}`,
      last_commit: { id: freshSha(), message: 'Say hello to the world', timestamp: now },
      action: 'open',
    },
    labels: [],
    changes: {},
  };
}

function freshSha(): string {
  return randomBytes(20).toString('hex');
}
