import type { Definition } from '../definition.js';

/**
 * Version 3 of HubSpot's signature. What is older than five minutes is to be refused.
 *
 * @see https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
export const hubspot: Definition = {
  documentation:
    'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  secretFrom: 'Client secret of the HubSpot app (its settings, Auth).',
  signature: {
    header: 'X-HubSpot-Signature-v3',
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    signed: 'POST{url}{body}{timestamp}',
  },
  timestamp: { header: 'X-HubSpot-Request-Timestamp', unit: 'ms', tolerance: 300 },
  batched: true,
  event: {
    // "The ID of the event (…) is not guaranteed to be unique": with what it is about it is.
    id: [
      '{/subscriptionId}.{/eventId}.{/objectId}.{/occurredAt}',
      '{/subscriptionId}.{/eventId}.{/occurredAt}',
    ],
    type: '/subscriptionType',
    account: '/portalId',
    entity: '/objectId',
    occurredAt: '/occurredAt',
    occurredAtUnit: 'ms',
  },
  retries: { timeoutSeconds: 5, schedule: 'up to ten times in 24 hours' },
  samples: {
    'contact.creation': {
      eventId: '{number}',
      subscriptionId: 138,
      portalId: 62515,
      appId: 1160452,
      occurredAt: '{now:ms}',
      subscriptionType: 'contact.creation',
      attemptNumber: 0,
      objectId: '{number}',
      changeFlag: 'CREATED',
      changeSource: 'CRM_UI',
    },
  },
};
