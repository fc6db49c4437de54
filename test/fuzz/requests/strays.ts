import { LETTERS, VISIBLE, type Dice, type Weighted } from '../dice.js';
import type { Unframed } from './framing.js';
import type { HeaderLine } from './signatures.js';

type Lead = (dice: Dice, request: Unframed) => Partial<Unframed>;

/** Sends a request astray, so that it is in order as HTTP and is refused by its head alone. */
export function lead(dice: Dice, request: Unframed): Unframed & { what: string } {
  const [what, change] = dice.choose(WAYS);
  return { ...request, ...change(dice, request), what };
}

const WAYS: readonly Weighted<readonly [what: string, lead: Lead]>[] = [
  [20, ['no such address', (dice) => ({ target: dice.pick(ADDRESSES)(dice) })]],
  [10, ['another method', (dice) => ({ method: dice.pick(METHODS) })]],
  [
    10,
    [
      'another content type',
      (dice, { lines }) => ({ lines: replaced(lines, 'content-type', dice.pick(CONTENT_TYPES)) }),
    ],
  ],
  [5, ['encoded', (dice, { lines }) => ({ lines: [...lines, ['content-encoding', dice.pick(ENCODINGS)]] })]],
  [
    3,
    ['no content type', (_dice, { lines }) => ({ lines: lines.filter(([name]) => name !== 'content-type') })],
  ],
  [
    5,
    [
      'to the operations',
      (dice) => ({ method: dice.pick(['GET', 'POST', 'DELETE']), target: dice.pick(OPERATIONS) }),
    ],
  ],
];

const ADDRESSES: readonly ((dice: Dice) => string)[] = [
  ...[
    '/',
    '//',
    '/webhooks',
    '/webhooks/',
    '/webhooks/stripe/',
    '/webhooks/Stripe',
    '/webhooks/stripe/more',
    '/webhooks//stripe',
    '//webhooks/stripe',
    '/webhooks/../webhooks/nobody',
    '/webhooks/..%2f..%2fetc%2fpasswd',
    '/webhooks/..;/stripe',
    '/webhooks/%00',
    '/webhooks/stripe%00',
    '/webhooks/stripe%0d%0aX: 1',
    '/webhooks/%',
    '/webhooks/%zz',
    '/webhooks/%E0%A4%A',
    '/webhooks/%ff%fe',
    '/webhooks/__proto__',
    '/webhooks/constructor',
    '/webhooks/toString',
    '/webhooks/hasOwnProperty',
    '/webhooks/:provider',
    '/webhooks/*',
    '/webhooks/%F0%9F%98%80',
    '/webhooks/\\stripe',
    '/webhooks/stripe;a=b',
    '/.env',
    '/.git/config',
    '/api/docs/../../package.json',
    'http://127.0.0.1:6379/',
    '/%2e%2e/%2e%2e/etc/passwd',
  ].map((target) => () => target),
  (dice) => `/webhooks/${dice.text(dice.pick([1, 100, 300, 301, 5_000]), LETTERS)}`,
  (dice) => `/${dice.text(dice.between(1, 300), VISIBLE)}`,
  (dice) => `/webhooks/${'../'.repeat(dice.between(1, 200))}`,
  (dice) => `/webhooks/${'%2f'.repeat(dice.between(1, 200))}`,
];

const METHODS = [
  'GET',
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'SEARCH',
  'PURGE',
  'MKCOL',
];

const CONTENT_TYPES = [
  'text/plain',
  'application/jsonp',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json; charset=latin1',
  'application/json; charset=utf-8; charset=utf-7',
  'application/octet-stream',
  'json',
  '/',
  ';',
  '',
  'application/json, text/plain',
  '*/*',
  'application/json\u00a0',
];

const ENCODINGS = [
  'gzip',
  'deflate',
  'br',
  'zstd',
  'x-gzip',
  'gzip, gzip',
  'identity, identity',
  'none',
  '*',
  '',
];

const OPERATIONS = [
  '/api/v1/events',
  '/api/v1/events?limit=-1&cursor=%00',
  '/api/v1/events/00000000-0000-0000-0000-000000000000',
  '/api/v1/dead-letters?code[]=x',
  '/api/v1/redrives',
  '/api/v1/circuits/provider:stripe/open',
  '/api/v1/rejected-requests',
];

function replaced(lines: readonly HeaderLine[], name: string, value: string): readonly HeaderLine[] {
  return lines.map((line) => (line[0] === name ? [name, value] : line));
}
