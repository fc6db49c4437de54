import type { Envelope, EnvelopeReading } from '../../model/index.js';
import { readBody, storableKey, type BodyFields, type Shape } from '../body-fields.js';
import { momentFromSeconds } from '../moment.js';

const ID: Shape = {
  pattern: /^[A-Za-z0-9_-]{1,255}$/,
  message: 'must be an id of letters and digits',
};

const TYPE: Shape = {
  pattern: /^[A-Za-z0-9_.-]{1,100}$/,
  message: 'must be an event type such as "app_mention"',
};

/**
 * The Events API wraps an event into `event_callback`, whose `event_id` is unique over all workspaces. It tells
 * without a wrapper, and without an id, that it held back events of a minute: `app_rate_limited`.
 *
 * @see https://docs.slack.dev/apis/events-api
 */
export function readSlackEnvelope(payload: unknown): EnvelopeReading {
  return readBody(payload, (fields) =>
    fields.at('/type') === 'app_rate_limited' ? readRateLimit(fields) : readCallback(fields),
  );
}

function readCallback(fields: BodyFields): Envelope {
  const kind = fields.at('/type');
  if (kind !== 'event_callback')
    fields.fault('/type', kind, 'must be "event_callback" or "app_rate_limited"');
  return {
    account: accountOf(fields),
    deliveryKey: fields.text('/event_id', ID),
    type: fields.text('/event/type', TYPE),
    entity: entityOf(fields),
    occurredAt: momentFromSeconds(fields.at('/event_time')),
  };
}

function readRateLimit(fields: BodyFields): Envelope {
  const minute = fields.moment(
    '/minute_rate_limited',
    momentFromSeconds,
    'must be whole seconds since the epoch',
  );
  const app = fields.text('/api_app_id', ID);
  return {
    account: accountOf(fields),
    deliveryKey: `app_rate_limited:${app}:${minute?.getTime() ?? ''}`,
    type: 'app_rate_limited',
    entity: app,
    occurredAt: minute,
  };
}

/** The workspace, or the organisation that owns all of them. */
function accountOf(fields: BodyFields): string {
  return fields.optionalText('/team_id', ID) || fields.optionalText('/enterprise_id', ID);
}

/** The message, as channel and time, which is how Slack itself names one; or the file, the channel or the user. */
function entityOf(fields: BodyFields): string | null {
  const messages = [
    ['/event/item/channel', '/event/item/ts'],
    ['/event/channel', '/event/ts'],
  ] as const;
  for (const [channelPointer, timePointer] of messages) {
    const [channel, time] = [fields.key(channelPointer), fields.key(timePointer)];
    if (channel !== null && time !== null) return storableKey(`${channel}/${time}`);
  }
  const things = ['/event/file_id', '/event/channel', '/event/channel/id', '/event/user', '/event/user/id'];
  return things.map((pointer) => fields.key(pointer)).find((key) => key !== null) ?? null;
}
