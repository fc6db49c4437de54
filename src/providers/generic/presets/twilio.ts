import type { Definition } from '../definition.js';

/**
 * Twilio signs the URL and the parameters of the form; of a body that is JSON the URL has the hash, in `bodySHA256`.
 * Whether it signs the URL with its port is not the same everywhere, so its own libraries try both.
 *
 * @see https://www.twilio.com/docs/usage/security
 */
export const twilio: Definition = {
  documentation: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  secretFrom: 'Auth token of the Twilio account (Console, Account Info).',
  signature: {
    header: 'X-Twilio-Signature',
    algorithm: 'hmac-sha1',
    encoding: 'base64',
    signed: '{url}{sortedForm}',
    portOptional: true,
    bodyHashQuery: 'bodySHA256',
  },
  event: {
    // The token is one for all tries of a request. It is not signed.
    id: ['header:I-Twilio-Idempotency-Token', '{/MessageSid}.{/MessageStatus}', '{/SmsSid}.{/SmsStatus}'],
    // No field says what a request is about: its kind is told by which fields it has.
    type: [
      '/EventType',
      'message.{/MessageStatus}',
      'message.{/SmsStatus}',
      'recording.{/RecordingStatus}',
      'call.{/CallStatus}',
      'webhook',
    ],
    account: '/AccountSid',
    entity: ['/MessageSid', '/SmsSid', '/RecordingSid', '/CallSid'],
  },
  contentTypes: ['application/x-www-form-urlencoded', 'application/json'],
  retries: {
    timeoutSeconds: 15,
    schedule: 'once when there is no connection, or as the address says behind its #',
  },
  samples: {
    'message.delivered': {
      AccountSid: 'AC00000000000000000000000000000042',
      ApiVersion: '2010-04-01',
      From: '+14158675310',
      MessageSid: 'SM{hex}',
      MessageStatus: 'delivered',
      RawDlrDoneDate: '{now}',
      To: '+18005551212',
    },
  },
};
