import type { Definition } from '../definition.js';

/**
 * The secret token of a GitLab webhook is sent as it is and covers nothing: whoever sees one request can send any
 * other. A signing token is better, where GitLab offers it.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/
 */
export const gitlabToken: Definition = {
  documentation: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  secretFrom: 'Secret token of the GitLab webhook (project or group settings, Webhooks).',
  signature: { header: 'X-Gitlab-Token', algorithm: 'token' },
  event: {
    // Of GitLab 17.4 and later. X-Gitlab-Event-UUID is no id: webhooks that set each other off share one.
    id: 'header:Idempotency-Key',
    type: ['{/object_kind}.{/object_attributes/action}', '/object_kind', '/event_name'],
    entity: '/project/path_with_namespace',
    occurredAt: '/object_attributes/updated_at',
  },
  bodyLimit: 25 * 1024 * 1024,
  retries: { timeoutSeconds: 10 },
  samples: {
    push: {
      object_kind: 'push',
      event_name: 'push',
      before: '{hex}00000000',
      after: '{hex}11111111',
      ref: 'refs/heads/main',
      user_username: 'jsmith',
      project: { id: 15, name: 'Diaspora', path_with_namespace: 'mike/diaspora' },
      commits: [],
      total_commits_count: 0,
    },
    'merge_request.open': {
      object_kind: 'merge_request',
      event_type: 'merge_request',
      project: { id: 15, name: 'Diaspora', path_with_namespace: 'mike/diaspora' },
      object_attributes: {
        id: '{number}',
        iid: 1,
        action: 'open',
        state: 'opened',
        title: 'MS-Viewport',
        updated_at: '{now}',
      },
    },
  },
};
