import type { PullRequestOpenedEvent } from '@octokit/webhooks-types';
import { freshNumber, freshSha } from './sample-ids.js';
import { octocat, sampleRepository } from './sample-repository.js';

export function pullRequestOpened(): PullRequestOpenedEvent {
  const repository = sampleRepository(Date.now());
  const number = freshNumber();
  const url = `${repository.url}/pulls/${number}`;
  const issue = `${repository.url}/issues/${number}`;
  const page = `${repository.html_url}/pull/${number}`;
  const head = freshSha();
  const statuses = `${repository.url}/statuses/${head}`;
  const branch = { user: octocat, repo: repository };
  return {
    action: 'opened',
    number,
    pull_request: {
      url,
      id: freshNumber(),
      node_id: `PR_${head.slice(0, 12)}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      issue_url: issue,
      number,
      state: 'open',
      locked: false,
      title: 'Say hello in more languages',
      user: octocat,
      body: 'The world is large.',
      created_at: repository.updated_at,
      updated_at: repository.updated_at,
      closed_at: null,
      merged_at: null,
      merge_commit_sha: null,
      assignee: null,
      assignees: [],
      requested_reviewers: [],
      requested_teams: [],
      labels: [],
      milestone: null,
      commits_url: `${url}/commits`,
      review_comments_url: `${url}/comments`,
      review_comment_url: `${repository.url}/pulls/comments{/number}`,
      comments_url: `${issue}/comments`,
      statuses_url: statuses,
      head: { label: 'octocat:languages', ref: 'languages', sha: head, ...branch },
      base: { label: 'example-org:main', ref: 'main', sha: freshSha(), ...branch },
      _links: {
        self: { href: url },
        html: { href: page },
        issue: { href: issue },
        comments: { href: `${issue}/comments` },
        review_comments: { href: `${url}/comments` },
        review_comment: { href: `${repository.url}/pulls/comments{/number}` },
        commits: { href: `${url}/commits` },
        statuses: { href: statuses },
      },
      author_association: 'CONTRIBUTOR',
      auto_merge: null,
      active_lock_reason: null,
      draft: false,
      merged: false,
      mergeable: null,
      rebaseable: null,
      mergeable_state: 'unknown',
      merged_by: null,
      comments: 0,
      review_comments: 0,
      maintainer_can_modify: true,
      commits: 1,
      additions: 6,
      deletions: 1,
      changed_files: 1,
    },
    repository,
    sender: octocat,
  };
}
