import type { DeliveryHeaders, Envelope, EnvelopeReading } from '../../model/index.js';
import { readBody, storableKey, type BodyFields, type Shape } from '../body-fields.js';
import { momentFromIso, momentFromSeconds } from '../moment.js';

const EVENT_NAME: Shape = {
  pattern: /^[A-Za-z0-9_-]{1,100}$/,
  message: 'must be sent once, with an event name such as "pull_request"',
};

/** A GUID, the same when the event is redelivered. */
const DELIVERY: Shape = {
  pattern: /^[A-Za-z0-9._:-]{1,255}$/,
  message: 'must be sent once, with the id of the delivery',
};

/** Most actions are words of GitHub's; that of `repository_dispatch` is whatever its caller chose. */
const ACTION = /^[A-Za-z0-9_.-]{1,100}$/;

/**
 * The event's name and id are in the headers, which the signature does not cover: whoever holds one signed
 * body can send it again under another name or id, and only the body's hash can tell.
 * A fault of a header has the header's name as its path.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export function readGithubEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  return readBody(payload, (fields): Envelope => {
    const name = fields.header(headers, 'X-GitHub-Event', EVENT_NAME);
    const action = fields.at('/action');
    return {
      account: '',
      deliveryKey: fields.header(headers, 'X-GitHub-Delivery', DELIVERY),
      type: typeof action === 'string' && ACTION.test(action) ? `${name}.${action}` : name,
      entity: entityOf(name, fields),
      occurredAt: occurredAt(name, fields),
    };
  });
}

/** `owner/repo#12`, `owner/repo@refs/heads/main`, or the repository; null for what has none. */
function entityOf(name: string, fields: BodyFields): string | null {
  const repository = fields.key('/repository/full_name');
  if (repository === null) return null;
  if (name === 'push') {
    const ref = fields.key('/ref');
    return ref === null ? repository : storableKey(`${repository}@${ref}`);
  }
  // Pull requests, issues and discussions of a repository share one row of numbers.
  const numbered = ['/pull_request/number', '/issue/number', '/discussion/number'];
  const number = numbered.map((path) => fields.at(path)).find(isNumber);
  return number === undefined ? repository : storableKey(`${repository}#${number}`);
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** GitHub has no field for it, so it is taken from where an event of this kind leaves its time. */
function occurredAt(name: string, fields: BodyFields): Date | null {
  if (name === 'push') {
    // By GitHub's clock; the commit's time is by its author's, who may set it to anything.
    return (
      momentFromSeconds(fields.at('/repository/pushed_at')) ??
      momentFromIso(fields.at('/head_commit/timestamp'))
    );
  }
  const places = ['/pull_request/updated_at', '/issue/updated_at', '/discussion/updated_at'];
  for (const place of places) {
    const moment = momentFromIso(fields.at(place));
    if (moment !== null) return moment;
  }
  return null;
}
