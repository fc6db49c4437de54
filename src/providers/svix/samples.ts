import type { Sample } from '../../model/index.js';
import { freshName } from '../sample-ids.js';

export const samples: readonly Sample[] = [
  { type: 'user.created', body: userCreated },
  { type: 'message.attempt.exhausted', body: attemptsExhausted },
];

/** Of a service that sends by Svix and has a body of its own. */
function userCreated(): Record<string, unknown> {
  return {
    data: {
      id: freshName('user_'),
      object: 'user',
      email_addresses: [{ email_address: 'jenny.rosen@example.com' }],
      first_name: 'Jenny',
      last_name: 'Rosen',
    },
    object: 'event',
    type: 'user.created',
  };
}

/** Of Svix itself: a message of the user's could not be delivered. */
function attemptsExhausted(): Record<string, unknown> {
  return {
    type: 'message.attempt.exhausted',
    data: {
      appId: freshName('app_'),
      endpointId: freshName('ep_'),
      msgId: freshName('msg_'),
      lastAttempt: { id: freshName('atmpt_'), responseStatusCode: 500, timestamp: new Date().toISOString() },
    },
  };
}
