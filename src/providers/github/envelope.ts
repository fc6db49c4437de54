import type { DeliveryHeaders, EnvelopeReading } from '../../model/index.js';
import { readHeaderTexts } from '../header-texts.js';
import { momentFromIso, momentFromSeconds } from '../moment.js';
import { keyAt, storableKey, valueAt } from '../payload-values.js';

const HEADERS = {
  name: {
    name: 'X-GitHub-Event',
    pattern: /^[A-Za-z0-9_-]{1,100}$/,
    content: 'an event name such as "pull_request"',
  },
  /** A GUID, the same when the event is redelivered. */
  delivery: {
    name: 'X-GitHub-Delivery',
    pattern: /^[A-Za-z0-9._:-]{1,255}$/,
    content: 'the id of the delivery',
  },
};

/** Most actions are words of GitHub's; that of `repository_dispatch` is whatever its caller chose. */
const ACTION = /^[A-Za-z0-9_.-]{1,100}$/;

/**
 * The event's name and id are in the headers, which the signature does not cover: whoever holds one signed
 * body can send it again under another name or id, and only the body's hash can tell.
 * A fault of a header has the header's name as its path.
 */
export function readGithubEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  const reading = readHeaderTexts(headers, HEADERS);
  if (reading.outcome === 'invalid') return reading;
  const { name, delivery } = reading.texts;
  const action = valueAt(payload, '/action');
  return {
    outcome: 'read',
    envelope: {
      account: '',
      deliveryKey: delivery,
      type: typeof action === 'string' && ACTION.test(action) ? `${name}.${action}` : name,
      entity: entityOf(name, payload),
      occurredAt: occurredAt(name, payload),
    },
  };
}

/** `owner/repo#12`, `owner/repo@refs/heads/main`, or the repository; null for what has none. */
function entityOf(name: string, payload: unknown): string | null {
  const repository = keyAt(payload, '/repository/full_name');
  if (repository === null) return null;
  if (name === 'push') {
    const ref = keyAt(payload, '/ref');
    return ref === null ? repository : storableKey(`${repository}@${ref}`);
  }
  // Pull requests, issues and discussions of a repository share one row of numbers.
  const numbered = ['/pull_request/number', '/issue/number', '/discussion/number'];
  const number = numbered.map((pointer) => valueAt(payload, pointer)).find(isNumber);
  return number === undefined ? repository : storableKey(`${repository}#${number}`);
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** GitHub has no field for it, so it is taken from where an event of this kind leaves its time. */
function occurredAt(name: string, payload: unknown): Date | null {
  if (name === 'push') {
    // By GitHub's clock; the commit's time is by its author's, who may set it to anything.
    return (
      momentFromSeconds(valueAt(payload, '/repository/pushed_at')) ??
      momentFromIso(valueAt(payload, '/head_commit/timestamp'))
    );
  }
  const places = ['/pull_request/updated_at', '/issue/updated_at', '/discussion/updated_at'];
  for (const place of places) {
    const moment = momentFromIso(valueAt(payload, place));
    if (moment !== null) return moment;
  }
  return null;
}
