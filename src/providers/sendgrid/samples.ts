import { randomBytes } from 'node:crypto';
import type { Sample } from '../../model/index.js';
import type { SendgridEventType, SendgridPayload } from './event-types.js';

export const samples: readonly Sample[] = [
  {
    type: 'delivered',
    body: () => event('delivered', { ip: '192.0.2.25', response: '250 OK' }),
  },
  {
    type: 'bounce',
    body: () =>
      event('bounce', {
        ip: '192.0.2.25',
        type: 'bounce',
        status: '5.1.1',
        reason: '550 5.1.1 The email account that you tried to reach does not exist.',
      }),
  },
];

function event<Type extends SendgridEventType>(
  type: Type,
  details: Partial<SendgridPayload<Type>>,
): Record<string, unknown> {
  const message = freshId();
  return {
    email: 'jenny.rosen@example.com',
    timestamp: Math.floor(Date.now() / 1000),
    'smtp-id': `<${message}@geopod-ismtpd-1>`,
    event: type,
    category: ['receipt'],
    sg_event_id: freshId(),
    sg_message_id: `${message}.recvd-5f54b5d587-zgjwq-1-60A1B2C3-1.0`,
    ...details,
  };
}

/** 22 characters of base64url, as SendGrid writes 16 bytes. */
function freshId(): string {
  return randomBytes(16).toString('base64url');
}
