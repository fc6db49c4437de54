import { HEX, LETTERS, VISIBLE, type Dice, type Weighted } from '../dice.js';
import type { Headers, Message, Sender } from '../senders.js';

/** A name and a value, as they are written: names may come twice. */
export type HeaderLine = readonly [name: string, value: string];

export interface FuzzedSignature {
  readonly what: string;
  readonly lines: readonly HeaderLine[];
  /** Whether there is a right signature over this very message in it. Everything else must be refused. */
  readonly genuine: boolean;
}

type Signing = (dice: Dice, message: Message, sender: Sender) => Omit<FuzzedSignature, 'what'>;

const DAYS = 24 * 60 * 60 * 1000;

const SIGNINGS: readonly Weighted<readonly [what: string, sign: Signing]>[] = [
  [10, ['genuine', genuine]],
  [2, ['genuine among others', amongOthers]],
  [3, ['genuine in another spelling', respelt]],
  [10, ['of a stranger', ofStranger]],
  [8, ['of another body', ofAnotherBody]],
  [8, ['stale', stale]],
  [5, ['missing', missing]],
  [3, ['empty', (dice, message, sender) => forged(dice, message, sender, () => '')]],
  [5, ['doubled', doubled]],
  [
    4,
    ['truncated', (dice, ...rest) => forged(dice, ...rest, (text) => text.slice(0, dice.below(text.length)))],
  ],
  [10, ['changed', (dice, ...rest) => forged(dice, ...rest, (text) => changeOne(dice, text))]],
  [8, ['nonsense', (dice, ...rest) => forged(dice, ...rest, () => dice.pick(NONSENSE)(dice))]],
  [3, ['huge', (dice, ...rest) => forged(dice, ...rest, (text) => hugeList(dice, text))]],
  [4, ['under names of others', underOtherNames]],
];

export function fuzzSignature(dice: Dice, message: Message, sender: Sender): FuzzedSignature {
  const [what, sign] = dice.choose(SIGNINGS);
  return { what, ...sign(dice, message, sender) };
}

/** One that is certain to be refused. */
export function forge(message: Message, sender: Sender): readonly HeaderLine[] {
  return Object.entries(sender.signAsStranger(message));
}

type Signed = ReturnType<Signing>;

function genuine(_dice: Dice, message: Message, { sign }: Sender): Signed {
  return { lines: Object.entries(sign(message)), genuine: true };
}

function ofStranger(_dice: Dice, message: Message, sender: Sender): Signed {
  return { lines: forge(message, sender), genuine: false };
}

function ofAnotherBody(dice: Dice, message: Message, sender: Sender): Signed {
  const body = Buffer.concat([message.body, Buffer.from(dice.pick([' ', '\n', '}', '\0', 'x=1']))]);
  const headers = sender.sign({ ...message, body });
  const own = sender.sign(message);
  // A token covers no body, so whoever has it is believed. Nor does a form's signature where neither can be read as one.
  const covered = signatureOf(headers, sender).some((name) => headers[name] !== own[name]);
  return { lines: Object.entries(headers), genuine: !covered };
}

function stale(dice: Dice, message: Message, { provider, sign }: Sender): Signed {
  const now = message.now + dice.pick([-10, 10, -10_000]) * DAYS;
  // Where no time is signed, it is a fresh one.
  return { lines: Object.entries(sign({ ...message, now })), genuine: provider.tolerance === undefined };
}

function missing(dice: Dice, message: Message, { provider, sign }: Sender): Signed {
  const rest = Object.entries(sign(message)).filter(([name]) => !provider.signatureHeaders.includes(name));
  return {
    lines: dice.chance(0.3) ? [...rest, ['authorization', 'Bearer let-me-in']] : rest,
    genuine: false,
  };
}

function doubled(dice: Dice, message: Message, sender: Sender): Signed {
  const headers = sender.sign(message);
  const name = dice.pick(signatureOf(headers, sender));
  const value = headers[name] ?? '';
  if (dice.chance(0.3)) {
    return { lines: Object.entries({ ...headers, [name]: `${value}, ${value}` }), genuine: false };
  }
  const second: HeaderLine = [
    dice.pick([name, name.toUpperCase()]),
    dice.chance(0.5) ? value : changeOne(dice, value),
  ];
  const all = Object.entries(headers);
  return { lines: dice.chance(0.5) ? [...all, second] : [second, ...all], genuine: false };
}

/** Changes one of the headers of a genuine signature. */
function forged(dice: Dice, message: Message, sender: Sender, change: (text: string) => string): Signed {
  const headers = sender.sign(message);
  const name = dice.pick(signatureOf(headers, sender));
  return { lines: Object.entries({ ...headers, [name]: change(headers[name] ?? '') }), genuine: false };
}

/** Several signatures may stand in one header where a provider rotates its secret. */
function amongOthers(dice: Dice, message: Message, sender: Sender): Signed {
  return respell(message, sender, (value) => {
    if (/^t=/.test(value)) return `${value},v0=${dice.text(64, HEX)},v1=${dice.text(64, HEX)}`;
    if (/^ts=/.test(value)) return `${value};h1=${dice.text(64, HEX)}`;
    if (/^v1,/.test(value)) return `v1a,${dice.text(20, LETTERS)} ${value}`;
    return `${' '.repeat(dice.below(9))}${value}\t `;
  });
}

function respelt(dice: Dice, message: Message, sender: Sender): Signed {
  const spell = dice.pick<(text: string) => string>([
    (text) => text.toUpperCase(),
    (text) => text.replace(/[0-9a-f]{32,}/, (hex) => Buffer.from(hex, 'hex').toString('base64')),
    (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    (text) => `"${text}"`,
    (text) => text.replace(/^[a-z0-9]+[=,]/, ''),
    (text) => `0x${text}`,
    (text) => encodeURIComponent(text),
    (text) => text.replace(/[=,;]/g, '$& '),
  ]);
  return respell(message, sender, spell);
}

/** It stays the right signature, so the service may read it or not. */
function respell(message: Message, sender: Sender, spell: (text: string) => string): Signed {
  const headers = sender.sign(message);
  const signature = signatureOf(headers, sender).map((name) => [name, spell(headers[name] ?? '')] as const);
  return { lines: Object.entries({ ...headers, ...Object.fromEntries(signature) }), genuine: true };
}

/** Names of the headers that sign. */
function signatureOf(headers: Headers, { provider }: Sender): readonly string[] {
  return provider.signatureHeaders.filter((name) => headers[name] !== undefined);
}

/** Another character that no reader could take for the same. */
function changeOne(dice: Dice, text: string): string {
  const place = dice.below(text.length);
  const old = text.charAt(place).toLowerCase();
  const changed = dice.text(1, `${HEX}z`.replace(old, ''));
  return text.slice(0, place) + changed + text.slice(place + 1);
}

const NONSENSE: readonly ((dice: Dice) => string)[] = [
  ...[
    '=',
    ',',
    ',,,,',
    ';',
    't=',
    't=,v1=',
    'v1=',
    'v1,',
    'v0=',
    'sha256=',
    'sha1=',
    'null',
    'undefined',
    '{}',
    '[]',
  ].map((text) => () => text),
  ...[
    '__proto__=1,v1=1',
    't=NaN,v1=0',
    't=1e99,v1=0',
    't=-1,v1=0',
    '0',
    '-1',
    '99999999999999999999',
    '%00',
    '..',
  ].map((text) => () => text),
  (dice) => `sha256=${dice.text(64, HEX)}`,
  (dice) => `t=${dice.text(10, '0123456789')},v1=${dice.text(64, HEX)}`,
  (dice) => dice.text(dice.between(1, 200), VISIBLE),
  // What a header may hold beyond ASCII.
  (dice) => dice.beyondAscii(dice.between(1, 40)),
];

function hugeList(dice: Dice, text: string): string {
  const [repeated, separator] = dice.pick([
    ['v1=', ','],
    ['v1,', ' '],
    [text.slice(0, -1), ','],
    ['=', ''],
    [',', ''],
    ['t=1', ','],
  ] as const);
  const length = dice.between(1_000, 12_000);
  return Array.from({ length: Math.ceil(length / (repeated.length + 1)) }, () => repeated).join(separator);
}

function underOtherNames(dice: Dice, message: Message, sender: Sender): Signed {
  const headers = sender.sign(message);
  const prefix = dice.pick(['x-', 'http-', 'x-forwarded-', 'z']);
  const names = signatureOf(headers, sender);
  const lines = Object.entries(headers).map(([name, value]): HeaderLine => [
    names.includes(name) ? prefix + name : name,
    value,
  ]);
  return { lines, genuine: false };
}
