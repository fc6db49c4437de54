import { LETTERS, VISIBLE, type Dice, type Weighted } from '../dice.js';
import type { HeaderLine } from './signatures.js';

/** Where a request goes: as it stands in its first line, and as its provider would sign it. */
export interface Target {
  readonly what: string;
  readonly written: string;
  /** The path with its query, as it is sent. */
  readonly path: string;
}

/** An address of the provider, in one of the ways to write it. */
export function fuzzTarget(dice: Dice, provider: string): Target {
  const plain = `/webhooks/${provider}`;
  const [what, written, path] = dice.choose<readonly [string, string, string?]>([
    [80, ['', plain]],
    [12, ['query', `${plain}?${query(dice)}`]],
    [
      4,
      [
        'letters in code',
        plain.replace(/[a-z]/g, (letter) => (dice.chance(0.3) ? inCode(dice, letter) : letter)),
      ],
    ],
    [4, ['absolute', `http://${dice.pick(['elsewhere.example', '127.0.0.1:1', 'x'])}${plain}`, plain]],
  ]);
  return { what, written, path: path ?? written };
}

function inCode(dice: Dice, letter: string): string {
  const code = letter.charCodeAt(0).toString(16);
  return `%${dice.chance(0.5) ? code : code.toUpperCase()}`;
}

function query(dice: Dice): string {
  const parts = [
    'a=1',
    '=',
    '&',
    '%',
    '%00',
    '%zz',
    '__proto__[x]=1',
    'a[]=1',
    'a[b][c]=d',
    '+',
    'bodySHA256=0',
    '..;/',
    '?',
    '\\',
    '|',
    '{}',
    '<>',
    '"',
  ];
  return Array.from({ length: dice.between(0, 8) }, () => dice.pick(parts)).join('&');
}

/** Headers beside those of the delivery, and other ways to write it, none of which keeps it from being read. */
export function fuzzHeaders(
  dice: Dice,
  lines: readonly HeaderLine[],
): { what: string; lines: readonly HeaderLine[] } {
  const [what, change] = dice.choose(CHANGES);
  return { what, lines: change(dice, lines) };
}

type Change = (dice: Dice, lines: readonly HeaderLine[]) => readonly HeaderLine[];

const added =
  (make: (dice: Dice) => readonly HeaderLine[]): Change =>
  (dice, lines) =>
    dice.chance(0.5) ? [...lines, ...make(dice)] : [...make(dice), ...lines];

const CHANGES: readonly Weighted<readonly [what: string, change: Change]>[] = [
  [50, ['', (_dice, lines) => lines]],
  [8, ['odd casing', (dice, lines) => lines.map(([name, value]) => [oddly(dice, name), value])]],
  [6, ['shuffled', (dice, lines) => shuffle(dice, lines)]],
  [
    6,
    [
      'blanks around',
      (dice, lines) => lines.map(([name, value]) => [name, `${blanks(dice)}${value}${blanks(dice)}`]),
    ],
  ],
  [6, ['strange names', added((dice) => [[dice.pick(STRANGE_NAMES), dice.pick(['', '1', 'true', '{}'])]])]],
  [6, ['strange values', added((dice) => [[`x-${dice.text(5, LETTERS)}`, strangeValue(dice)]])]],
  [4, ['many headers', added(manyHeaders)]],
  [
    3,
    [
      'cookies',
      added((dice) => [
        ['cookie', `${dice.text(20, VISIBLE)}=${dice.text(500, VISIBLE)}; a; ;=;__proto__=1`],
      ]),
    ],
  ],
  [5, ['where it came from', added(forwarded)]],
  [4, ['ids of traces', added(traces)]],
  [
    3,
    [
      'expectation',
      added((dice) => [['expect', dice.pick(['100-continue', '100-CONTINUE', '200-ok', '', 'a=b, c'])]]),
    ],
  ],
  [3, ['upgrade', added(upgrade)]],
  [4, ['another spelling of the content type', respellContentType]],
  [2, ['body as it is', added((dice) => [['content-encoding', dice.pick(['identity'])]])]],
];

const STRANGE_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  "!#$%&'*+-.^_`|~",
  '0',
  'x-http-method-override',
  'x-original-url',
  'x-rewrite-url',
  'accept-encoding',
  'range',
  'if-none-match',
  'te',
  'trailer',
  'content-md5',
  'content-disposition',
  'transfer-encoding-x',
  'proxy-connection',
];

function strangeValue(dice: Dice): string {
  return dice.pick([
    '',
    'x'.repeat(dice.between(1, 2_000)),
    dice.beyondAscii(30),
    Buffer.from('größer 😀').toString('latin1'),
    '=?utf-8?B?eA==?=',
    '"unfinished',
    ',,,',
    '${jndi:ldap://127.0.0.1/x}',
    '() { :; }; echo x',
  ]);
}

function manyHeaders(dice: Dice): readonly HeaderLine[] {
  return Array.from({ length: dice.between(10, 70) }, (_, index) => [`x-${index}`, dice.text(8, LETTERS)]);
}

function forwarded(dice: Dice): readonly HeaderLine[] {
  const address = dice.pick([
    '127.0.0.1',
    '::1',
    '999.1.1.1',
    'unknown',
    '"',
    '1, 2, 3',
    '10.0.0.1:99999',
    '',
  ]);
  return [
    ['x-forwarded-for', address],
    ['x-forwarded-host', dice.pick(['x', 'a b', '[', 'evil.example\\@hooks.example.org'])],
    ['x-forwarded-proto', dice.pick(['https', 'javascript', ''])],
    ['forwarded', `for=${address};proto=`],
  ];
}

function traces(dice: Dice): readonly HeaderLine[] {
  const id = dice.pick([
    'caller-42',
    'a b',
    '',
    'x'.repeat(65),
    '"},{"level":"error"',
    '..',
    '\u00e9'.repeat(9),
  ]);
  const parent = dice.pick([
    `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`,
    '00-zz-1-01',
    'ff',
    '',
    '-'.repeat(55),
  ]);
  return [
    ['x-correlation-id', id],
    ['traceparent', parent],
    ['tracestate', dice.text(40, VISIBLE)],
  ];
}

function upgrade(dice: Dice): readonly HeaderLine[] {
  const protocol = dice.pick(['websocket', 'h2c', 'TLS/1.0', 'x']);
  return [
    ['connection', dice.pick(['Upgrade', 'upgrade, HTTP2-Settings', 'keep-alive, upgrade'])],
    ['upgrade', protocol],
    ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['http2-settings', 'AAMAAABkAAQCAAAAAAIAAAAA'],
  ];
}

function respellContentType(dice: Dice, lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const spell = dice.pick<(type: string) => string>([
    (type) => type.toUpperCase(),
    (type) => `${type};charset=utf-8`,
    (type) => `${type} ; charset="UTF-8"; a=b; =; ;`,
    (type) => `${type};${'a=b;'.repeat(100)}`,
  ]);
  return lines.map(([name, value]) => [
    name,
    name === 'content-type' ? spell(value.split(';', 1)[0] ?? '') : value,
  ]);
}

function oddly(dice: Dice, name: string): string {
  return name.replace(/[a-z]/g, (letter) => (dice.chance(0.5) ? letter.toUpperCase() : letter));
}

function blanks(dice: Dice): string {
  return dice.text(dice.below(4), ' \t');
}

function shuffle(dice: Dice, lines: readonly HeaderLine[]): readonly HeaderLine[] {
  return lines
    .map((line) => ({ line, place: dice.below(1_000_000) }))
    .sort((one, other) => one.place - other.place)
    .map(({ line }) => line);
}
