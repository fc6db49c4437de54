import { LETTERS, type Dice, type Weighted } from '../dice.js';
import { head, withLength, type Unframed } from './framing.js';
import type { HeaderLine } from './signatures.js';

type Malform = (dice: Dice, request: Unframed) => Buffer | string;

/** Breaks the rules of HTTP itself, each in a way of its own. Most of it can never become a request. */
export function malform(dice: Dice, request: Unframed): { what: string; bytes: Buffer } {
  const [what, make] = dice.choose(WAYS);
  const made = make(dice, request);
  return { what, bytes: typeof made === 'string' ? Buffer.from(made, 'latin1') : made };
}

const withHeaders =
  (...more: readonly HeaderLine[]): Malform =>
  (_dice, { method, target, lines, body }) =>
    Buffer.concat([head(method, target, [...lines, ...more]), body]);

const anyOf =
  (ways: readonly Malform[]): Malform =>
  (dice, request) =>
    dice.pick(ways)(dice, request);

const WAYS: readonly Weighted<readonly [what: string, make: Malform]>[] = [
  [10, ['bytes of the head changed', changeHead]],
  [6, ['head cut off', (dice, request) => withLength(request).subarray(0, dice.below(headLength(request)))]],
  [
    6,
    [
      'body cut off',
      (dice, request) =>
        withLength(request).subarray(0, headLength(request) + dice.below(request.body.length)),
    ],
  ],
  [
    8,
    [
      'length and chunks at once',
      anyOf([
        withHeaders(['content-length', '5'], ['transfer-encoding', 'chunked']),
        withHeaders(['transfer-encoding', 'chunked'], ['content-length', '0']),
        smuggle,
      ]),
    ],
  ],
  [
    8,
    [
      'no such length',
      anyOf(
        [
          '-1',
          '+5',
          '0x10',
          '5, 5',
          '5 5',
          '1e3',
          '',
          '1.0',
          'five',
          '99999999999999999999',
          '18446744073709551617',
          '٣',
        ].map((length) => withHeaders(['content-length', length])),
      ),
    ],
  ],
  [
    4,
    [
      'two lengths',
      (dice, request) =>
        withHeaders(['content-length', '2'], ['content-length', dice.pick(['2', '3'])])(dice, request),
    ],
  ],
  [
    5,
    [
      'no such encoding',
      anyOf(
        [
          'identity',
          'gzip',
          'gzip, chunked',
          'chunked, gzip',
          'chunked, chunked',
          'xchunked',
          'chunked;a=b',
          '',
          '"chunked"',
          '\x0bchunked',
          'chunked\t',
        ].map((encoding) => withHeaders(['transfer-encoding', encoding])),
      ),
    ],
  ],
  [8, ['no such chunk', badChunks]],
  [
    8,
    [
      'no such header',
      (dice, { method, target, lines }) => {
        const line = dice.pick(BAD_LINES);
        return head(method, target, [...lines, ['x-before', `1\r\n${line}`], ['content-length', '0']]);
      },
    ],
  ],
  [4, ['no such first line', (dice, { lines }) => `${dice.pick(BAD_FIRST_LINES)}\r\n${written(lines)}\r\n`]],
  [
    3,
    [
      'no host, or two',
      (dice, { target }) =>
        `POST ${target} HTTP/1.1\r\n${dice.pick(['', 'Host: a\r\nHost: b\r\n', 'Host:\r\n', 'Host: a b/\r\n'])}Content-Length: 0\r\n\r\n`,
    ],
  ],
  [
    3,
    [
      'head too large',
      (dice, request) =>
        withHeaders(['x-filler', dice.text(1, LETTERS).repeat(dice.pick([16_000, 40_000, 200_000]))])(
          dice,
          request,
        ),
    ],
  ],
  [
    3,
    [
      'too many headers',
      (dice, request) =>
        withHeaders(...Array.from({ length: dice.pick([101, 500, 2_000]) }, (): HeaderLine => ['a', '']), [
          'content-length',
          '0',
        ])(dice, request),
    ],
  ],
  [
    2,
    [
      'doubled',
      (dice, request) =>
        withHeaders(
          dice.pick<HeaderLine>([
            ['content-type', 'application/json'],
            ['content-encoding', 'identity'],
            ['host', 'b'],
          ]),
          ['content-type', 'text/plain'],
          ['content-length', '0'],
        )(dice, request),
    ],
  ],
  [2, ['line ends', (_dice, request) => withLength(request).toString('latin1').replaceAll('\r\n', '\n')]],
  [4, ['another protocol', (dice) => dice.pick(OTHER_PROTOCOLS)(dice)]],
];

const BAD_LINES = [
  'no-colon',
  ': no name',
  'space before : 1',
  ' folded',
  '\tfolded: too',
  'n\0ul: 1',
  'x: n\0ul',
  'x: bare\rreturn',
  'bare\nfeed: 1',
  'x(y): 1',
  'x\u00e9: 1',
  '"x": 1',
  'x: \x01\x02\x7f',
  'transfer-encoding : chunked',
  'content-length\t: 3',
];

const BAD_FIRST_LINES = [
  '',
  ' ',
  'POST',
  'POST /webhooks/stripe',
  'POST  /webhooks/stripe HTTP/1.1',
  'POST /webhooks/stripe HTTP/1.2',
  'POST /webhooks/stripe HTTP/2.0',
  'POST /webhooks/stripe HTTP/9',
  'POST /webhooks/stripe http/1.1',
  'POST /webhooks/stripe HTTP/1.1 x',
  'POST /webhooks/str ipe HTTP/1.1',
  'POST /webhooks/str\0ipe HTTP/1.1',
  'POST /webhooks/str\u00efpe HTTP/1.1',
  'POST /webhooks/\x7f HTTP/1.1',
  'POST stripe HTTP/1.1',
  'POST * HTTP/1.1',
  'POST http:// HTTP/1.1',
  'POST //\\ HTTP/1.1',
  'NOTHING /webhooks/stripe HTTP/1.1',
  'post /webhooks/stripe HTTP/1.1',
  'P\0ST /webhooks/stripe HTTP/1.1',
  'CONNECT /webhooks/stripe HTTP/1.1',
  'CONNECT 127.0.0.1:5432 HTTP/1.1',
  `POST /${'a'.repeat(17_000)} HTTP/1.1`,
];

const OTHER_PROTOCOLS: readonly ((dice: Dice) => Buffer | string)[] = [
  (dice) => dice.bytes(dice.between(1, 400)),
  () => Buffer.from('16030100c8010000c40303', 'hex'),
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => 'SSH-2.0-OpenSSH_9.6\r\n',
  () => '*1\r\n$4\r\nPING\r\n',
  () => 'EHLO x\r\nMAIL FROM:<>\r\n',
  () => '\0'.repeat(200),
  () => '\r\n'.repeat(200),
];

function written(lines: readonly HeaderLine[]): string {
  return lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

function headLength(request: Unframed): number {
  return withLength(request).length - request.body.length;
}

function changeHead(dice: Dice, request: Unframed): Buffer {
  const bytes = withLength(request);
  for (let count = dice.between(1, 6); count > 0; count--)
    bytes[dice.below(headLength(request))] = dice.below(256);
  return bytes;
}

/** A second request within the body of the first, which whoever reads the other length would find. */
function smuggle(_dice: Dice, { method, target, lines }: Unframed): Buffer {
  const hidden =
    'POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
  const all: HeaderLine[] = [
    ...lines,
    ['content-length', String(hidden.length + 5)],
    ['transfer-encoding', 'chunked'],
  ];
  return Buffer.concat([head(method, target, all), Buffer.from(`0\r\n\r\n${hidden}`)]);
}

function badChunks(dice: Dice, { method, target, lines, body }: Unframed): Buffer {
  const start = head(method, target, [...lines, ['transfer-encoding', 'chunked']]);
  const text = body.subarray(0, 100).toString('latin1');
  const size = text.length.toString(16);
  const chunks = dice.pick([
    `ffffffffffffffff\r\n${text}\r\n0\r\n\r\n`,
    `fffffffffffffffff\r\n${text}\r\n0\r\n\r\n`,
    `-1\r\n${text}\r\n0\r\n\r\n`,
    `0x${size}\r\n${text}\r\n0\r\n\r\n`,
    `g\r\n${text}\r\n0\r\n\r\n`,
    `\r\n${text}\r\n0\r\n\r\n`,
    ` ${size}\r\n${text}\r\n0\r\n\r\n`,
    `${size} \r\n${text}\r\n0\r\n\r\n`,
    `${size}\n${text}\n0\n\n`,
    `${size}\r\n${text}x\r\n0\r\n\r\n`,
    `${size}0\r\n${text}\r\n0\r\n\r\n`,
    `${size}\r\n${text}0\r\n\r\n`,
    `${size}\r\n${text}\r\n`,
    `${size}\r\n${text}\r\n0\r\n`,
    `${size};${'x'.repeat(20_000)}\r\n${text}\r\n0\r\n\r\n`,
    `${size};\0\x01\r\n${text}\r\n0\r\n\r\n`,
    `${size}\r\n${text}\r\n0\r\nn\0: 1\r\n\r\n`,
    `${size}\r\n${text}\r\n0\r\ncontent-length: 5\r\n\r\n`,
    `${size}\r\n${text}\r\n0\r\n${'a: b\r\n'.repeat(5_000)}\r\n`,
  ]);
  return Buffer.concat([start, Buffer.from(chunks, 'latin1')]);
}
