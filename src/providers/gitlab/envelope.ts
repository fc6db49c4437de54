import { singleHeader, type DeliveryHeaders, type EnvelopeReading } from '../../model/index.js';
import { readBody, storableKey, type BodyFields } from '../body-fields.js';
import { momentFromIso } from '../moment.js';
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

const WORD = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * The body says what it is: hooks of projects by `object_kind`, those of groups and systems by `event_name`. The
 * header, which is not signed, is asked only where neither is there.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export function readGitlabEnvelope(payload: unknown, headers: DeliveryHeaders): EnvelopeReading {
  return readBody(payload, (fields) => {
    const kind = kindOf(fields, headers);
    const action = fields.at('/object_attributes/action');
    return {
      account: '',
      deliveryKey: readMessageId(fields, headers, scheme),
      type: isWord(action) ? `${kind}.${action}` : kind,
      entity: entityOf(fields),
      occurredAt: momentFromGitlab(fields.at('/object_attributes/updated_at')),
    };
  });
}

function kindOf(fields: BodyFields, headers: DeliveryHeaders): string {
  // `Merge Request Hook` is `merge_request`.
  const hook = singleHeader(headers, 'x-gitlab-event')
    ?.replace(/ hook$/i, '')
    .replaceAll(' ', '_')
    .toLowerCase();
  const kind = [fields.at('/object_kind'), fields.at('/event_name'), hook].find(isWord);
  if (kind === undefined) {
    fields.fault(
      '/object_kind',
      fields.at('/object_kind'),
      'must be a kind of event such as "merge_request"',
    );
  }
  return kind ?? '';
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

/** `group/project!7` for a merge request, `#7` for an issue, `@refs/heads/main` for a push; or the project. */
function entityOf(fields: BodyFields): string | null {
  const project = fields.key('/project/path_with_namespace');
  if (project === null) return null;
  // A note and the pipeline of a merge request are about what they belong to. Pipelines have numbers, too.
  const own = NUMBER_SIGNS.get(fields.at('/object_kind'));
  const numbered: readonly (readonly [string | undefined, string])[] = [
    ['!', '/merge_request/iid'],
    ['#', '/issue/iid'],
    [own, '/object_attributes/iid'],
  ];
  for (const [sign, pointer] of numbered) {
    const number = fields.at(pointer);
    if (sign !== undefined && isNumber(number)) return storableKey(`${project}${sign}${number}`);
  }
  const ref = fields.key('/ref');
  return ref === null ? project : storableKey(`${project}@${ref}`);
}

/** GitLab writes ISO 8601 in some hooks, and `2026-03-01 12:00:00 UTC` in others. */
function momentFromGitlab(value: unknown): Date | null {
  return momentFromIso(typeof value === 'string' ? value.replace(/^(\S+) (\S+) UTC$/, '$1T$2Z') : value);
}
