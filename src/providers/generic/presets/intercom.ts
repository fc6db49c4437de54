import type { Definition } from '../definition.js';

/** @see https://developers.intercom.com/docs/webhooks/webhook-notifications */
export const intercom: Definition = {
  documentation: 'https://developers.intercom.com/docs/webhooks/webhook-notifications',
  secretFrom: 'Client secret of the Intercom app (Developer Hub, Basic information).',
  signature: { header: 'X-Hub-Signature', algorithm: 'hmac-sha1', encoding: 'hex', prefix: 'sha1=' },
  event: {
    // The id of a ping, by which Intercom tries an address, is null.
    id: ['/id', '{/topic}.{/created_at}'],
    type: '/topic',
    account: '/app_id',
    entity: '/data/item/id',
    occurredAt: '/created_at',
  },
  retries: {
    timeoutSeconds: 5,
    schedule: 'not told; after seven days of errors the subscription is suspended',
  },
  samples: {
    'conversation.user.created': {
      type: 'notification_event',
      app_id: 'a86dr8yl',
      id: 'notif_{uuid}',
      topic: 'conversation.user.created',
      data: {
        type: 'notification_event_data',
        item: { type: 'conversation', id: '{hex}', state: 'open', open: true, read: false },
      },
      delivery_attempts: 1,
      created_at: '{now:s}',
    },
  },
};
