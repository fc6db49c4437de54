import type { Envelope, EnvelopeReading } from '../../model/index.js';
import { momentFromSeconds } from '../moment.js';
import { keyAt, storableKey, textAt, valueAt } from '../payload-values.js';
import { RATE_LIMITED } from './schema.js';

/** The Events API wraps an event into `event_callback`, whose `event_id` is unique over all workspaces. */
export function readSlackEnvelope(payload: unknown): EnvelopeReading {
  const isRateLimit = valueAt(payload, '/type') === RATE_LIMITED;
  return { outcome: 'read', envelope: isRateLimit ? readRateLimit(payload) : readCallback(payload) };
}

function readCallback(payload: unknown): Envelope {
  return {
    account: accountOf(payload),
    deliveryKey: textAt(payload, '/event_id'),
    type: textAt(payload, '/event/type'),
    entity: entityOf(payload),
    occurredAt: momentFromSeconds(valueAt(payload, '/event_time')),
  };
}

function readRateLimit(payload: unknown): Envelope {
  const minute = momentFromSeconds(valueAt(payload, '/minute_rate_limited'));
  const app = textAt(payload, '/api_app_id');
  return {
    account: accountOf(payload),
    deliveryKey: `${RATE_LIMITED}:${app}:${minute?.getTime() ?? ''}`,
    type: RATE_LIMITED,
    entity: app,
    occurredAt: minute,
  };
}

/** The workspace, or the organisation that owns all of them. */
function accountOf(payload: unknown): string {
  return keyAt(payload, '/team_id') ?? keyAt(payload, '/enterprise_id') ?? '';
}

/** The message, as channel and time, which is how Slack itself names one; or the file, the channel or the user. */
function entityOf(payload: unknown): string | null {
  const messages = [
    ['/event/item/channel', '/event/item/ts'],
    ['/event/channel', '/event/ts'],
  ] as const;
  for (const [channelPointer, timePointer] of messages) {
    const [channel, time] = [keyAt(payload, channelPointer), keyAt(payload, timePointer)];
    if (channel !== null && time !== null) return storableKey(`${channel}/${time}`);
  }
  const things = ['/event/file_id', '/event/channel', '/event/channel/id', '/event/user', '/event/user/id'];
  return things.map((pointer) => keyAt(payload, pointer)).find((key) => key !== null) ?? null;
}
