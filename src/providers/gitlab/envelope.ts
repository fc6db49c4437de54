import { singleHeader, type DeliveryHeaders, type EnvelopeReading } from '../../model/index.js';
import { momentFromIso } from '../moment.js';
import { keyAt, storableKey, valueAt } from '../payload-values.js';
import { readMessageId } from '../schemes/standard-webhooks-message.js';
import type { StandardWebhooksScheme } from '../schemes/standard-webhooks.js';

/**
 * GitLab's signing tokens are those of Standard Webhooks. A hook without one sends its secret token as plain text
 * instead, which proves nothing about the body and is not accepted here.
 */
export const scheme: StandardWebhooksScheme = { prefixes: ['webhook'], setting: 'GITLAB_SIGNING_TOKEN' };

const NUMBER_SIGNS: ReadonlyMap<unknown, string> = new Map([
  ['issue', '#'],
  ['work_item', '#'],
  ['merge_request', '!'],
]);

/** No schema can say it, for the kind may stand in two fields and a header. */
const NO_KIND = { path: '/object_kind', message: 'must be a kind of event such as "merge_request"' };

const WORD = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * The body says what it is: hooks of projects by `object_kind`, those of groups and systems by `event_name`. The
 * header, which is not signed, is asked only where neither is there.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export function readGitlabEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  const reading = readMessageId(headers, scheme);
  const kind = kindOf(payload, headers);
  if (reading.outcome === 'invalid' || kind === undefined) {
    const faults = reading.outcome === 'invalid' ? reading.faults : [];
    return { outcome: 'invalid', faults: kind === undefined ? [NO_KIND, ...faults] : faults };
  }
  const action = valueAt(payload, '/object_attributes/action');
  return {
    outcome: 'read',
    envelope: {
      account: '',
      deliveryKey: reading.texts.id,
      type: isWord(action) ? `${kind}.${action}` : kind,
      entity: entityOf(payload),
      occurredAt: momentFromGitlab(valueAt(payload, '/object_attributes/updated_at')),
    },
  };
}

function kindOf(payload: unknown, headers: DeliveryHeaders): string | undefined {
  // `Merge Request Hook` is `merge_request`.
  const hook = singleHeader(headers, 'x-gitlab-event')
    ?.replace(/ hook$/i, '')
    .replaceAll(' ', '_')
    .toLowerCase();
  return [valueAt(payload, '/object_kind'), valueAt(payload, '/event_name'), hook].find(isWord);
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

/** `group/project!7` for a merge request, `#7` for an issue, `@refs/heads/main` for a push; or the project. */
function entityOf(payload: unknown): string | null {
  const project = keyAt(payload, '/project/path_with_namespace');
  if (project === null) return null;
  // A note and the pipeline of a merge request are about what they belong to. Pipelines have numbers, too.
  const own = NUMBER_SIGNS.get(valueAt(payload, '/object_kind'));
  const numbered: readonly (readonly [string | undefined, string])[] = [
    ['!', '/merge_request/iid'],
    ['#', '/issue/iid'],
    [own, '/object_attributes/iid'],
  ];
  for (const [sign, pointer] of numbered) {
    const number = valueAt(payload, pointer);
    if (sign !== undefined && isNumber(number)) return storableKey(`${project}${sign}${number}`);
  }
  const ref = keyAt(payload, '/ref');
  return ref === null ? project : storableKey(`${project}@${ref}`);
}

/** GitLab writes ISO 8601 in some hooks, and `2026-03-01 12:00:00 UTC` in others. */
function momentFromGitlab(value: unknown): Date | null {
  return momentFromIso(typeof value === 'string' ? value.replace(/^(\S+) (\S+) UTC$/, '$1T$2Z') : value);
}
