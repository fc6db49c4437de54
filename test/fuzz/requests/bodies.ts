import { HEX, LETTERS, VISIBLE, type Dice, type Weighted } from '../dice.js';
import { STRANGE_FIELDS, STRANGE_VALUES } from './strange-json.js';

/** A body, and what was done to it. */
export interface FuzzedBody {
  readonly what: string;
  readonly bytes: Buffer;
}

type Mutation = (dice: Dice, sample: Buffer) => Buffer | string;

const MUTATIONS: readonly Weighted<readonly [what: string, mutate: Mutation]>[] = [
  [20, ['as it is', (_dice, sample) => sample]],
  [30, ['strange value', (dice, sample) => mutateJson(dice, sample, replaceValue)]],
  [20, ['strange field', (dice, sample) => mutateJson(dice, sample, addField)]],
  [8, ['field missing', (dice, sample) => mutateJson(dice, sample, removeField)]],
  [6, ['truncated', (dice, sample) => sample.subarray(0, dice.below(sample.length))]],
  [6, ['bytes changed', changeBytes]],
  [6, ['bytes put in', putIn]],
  [
    4,
    ['white space around', (dice, sample) => dice.pick(['\r\n', ' \t', '\n\n']) + sample.toString() + '\n'],
  ],
  [2, ['twice', (_dice, sample) => Buffer.concat([sample, sample])]],
  [3, ['another value', (dice) => dice.pick(STRANGE_VALUES)(dice)]],
  [
    2,
    [
      'UTF-16',
      (dice, sample) => Buffer.from((dice.chance(0.5) ? '\ufeff' : '') + sample.toString(), 'utf16le'),
    ],
  ],
  [2, ['empty', () => '']],
  [3, ['random bytes', (dice) => dice.bytes(dice.between(1, 300))]],
  [3, ['random text', (dice) => dice.text(dice.between(1, 300), VISIBLE)]],
  [3, ['batch', batch]],
  [3, ['challenge', (dice) => challenge(dice)]],
  [2, ['form', (dice) => form(dice)]],
  [1, ['nested', (dice) => nested(dice)]],
  [0.3, ['large', (dice, sample) => large(dice, sample)]],
];

/** @param sample what the provider would send */
export function fuzzBody(dice: Dice, sample: Buffer): FuzzedBody {
  const [what, mutate] = dice.choose(MUTATIONS);
  const mutated = mutate(dice, sample);
  return { what, bytes: typeof mutated === 'string' ? Buffer.from(mutated) : mutated };
}

/** An object or an array, so that something in it can be changed. */
type Container = Record<string, unknown>;

/** Marks the place for a text that `JSON.stringify` would never write: doubled names, huge numbers, `__proto__`. */
const PLACE = '\u0001';
const QUOTED_PLACE = JSON.stringify(PLACE);

function mutateJson(
  dice: Dice,
  sample: Buffer,
  mutate: (dice: Dice, container: Container) => string | undefined,
): string {
  const payload = parse(sample);
  if (payload === undefined) return strangeForm(dice, sample);
  const text = mutate(dice, dice.pick(containersOf(payload)));
  const written = JSON.stringify(payload);
  return text === undefined
    ? written
    : written.replace(text.startsWith(PLACE) ? `${QUOTED_PLACE}:0` : QUOTED_PLACE, () =>
        text.replace(PLACE, ''),
      );
}

function parse(sample: Buffer): object | undefined {
  // Only forms are no JSON.
  return sample[0] === 0x7b || sample[0] === 0x5b ? (JSON.parse(sample.toString()) as object) : undefined;
}

/** The payload itself twice, for what counts stands there. */
function containersOf(payload: object): Container[] {
  const inside = (value: unknown): Container[] =>
    typeof value === 'object' && value !== null
      ? [value as Container, ...Object.values(value).flatMap(inside)]
      : [];
  return [payload as Container, ...inside(payload)];
}

function replaceValue(dice: Dice, container: Container): string {
  const key = dice.pick(Object.keys(container)) as string | undefined;
  container[key ?? 'added'] = PLACE;
  return dice.pick(STRANGE_VALUES)(dice);
}

function addField(dice: Dice, container: Container): string {
  if (Array.isArray(container)) return replaceValue(dice, container);
  const field = dice.pick(STRANGE_FIELDS)(dice, Object.keys(container));
  container[PLACE] = 0;
  return PLACE + field;
}

function removeField(dice: Dice, container: Container): undefined {
  const key = dice.pick(Object.keys(container)) as string | undefined;
  if (key === undefined) return;
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else Reflect.deleteProperty(container, key);
}

function changeBytes(dice: Dice, sample: Buffer): Buffer {
  const changed = Buffer.from(sample);
  for (let count = dice.between(1, 8); count > 0; count--)
    changed[dice.below(changed.length)] = dice.below(256);
  return changed;
}

const BYTES: readonly string[] = [
  'efbbbf',
  '00',
  'fffe',
  'c328',
  'eda080',
  'f0909080',
  'c0af',
  '0d0a',
  '5c7530303030',
  'e280a8',
];

function putIn(dice: Dice, sample: Buffer): Buffer {
  const place = dice.choose([
    [1, 0],
    [3, dice.below(sample.length)],
    [1, sample.length],
  ]);
  return Buffer.concat([
    sample.subarray(0, place),
    Buffer.from(dice.pick(BYTES), 'hex'),
    sample.subarray(place),
  ]);
}

/** Some of its elements are what they should be. */
function batch(dice: Dice, sample: Buffer): string {
  const payload = parse(sample);
  const good = JSON.stringify((Array.isArray(payload) ? payload[0] : payload) ?? {});
  const elements = Array.from({ length: dice.pick([0, 1, 2, 5, 20]) }, () =>
    dice.chance(0.7) ? good : dice.pick(STRANGE_VALUES)(dice),
  );
  return `[${elements.join(dice.pick([',', ' , ', ',,']))}]`;
}

/** Questions of Slack, Zoom and Discord, mostly to somebody else. */
function challenge(dice: Dice): string {
  const value = dice.chance(0.5) ? JSON.stringify(dice.text(20, VISIBLE)) : dice.pick(STRANGE_VALUES)(dice);
  return dice.pick([
    `{"type":"url_verification","challenge":${value}}`,
    `{"event":"endpoint.url_validation","payload":{"plainToken":${value}}}`,
    `{"type":0,"application_id":${value}}`,
    `{"version":1,"type":${value}}`,
  ]);
}

function form(dice: Dice): string {
  const parts = [
    'a=1',
    '=',
    '&',
    '%',
    '%zz',
    '%00=%00',
    '__proto__=x',
    'a[b]=c',
    'a=1=2',
    '+',
    '%E2%82',
    'MessageSid=SM1',
  ];
  return Array.from({ length: dice.between(1, 12) }, () => dice.pick(parts)).join('&');
}

function strangeForm(dice: Dice, sample: Buffer): string {
  return `${sample.toString()}&${form(dice)}`;
}

function nested(dice: Dice): string {
  const depth = dice.pick([150, 199, 200, 201, 1_000, 20_000]);
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const);
  return open.repeat(depth) + (dice.chance(0.7) ? `0${close.repeat(depth)}` : '');
}

function large(dice: Dice, sample: Buffer): string {
  const rest = sample.toString().slice(1);
  return dice.pick<() => string>([
    () => `{"filler":"${dice.pick(['x', '\\u0000', 'é', '😀']).repeat(100_000)}",${rest}`,
    () => `{"filler":[${'0,'.repeat(300_000)}0],${rest}`,
    () => `{"${dice.text(1, LETTERS).repeat(dice.pick([4_096, 4_097, 200_000]))}":0,${rest}`,
    () => `{${Array.from({ length: 20_000 }, () => `"${dice.text(8, HEX)}":{}`).join(',')},${rest}`,
    () => `[${'{},'.repeat(5_001)}{}]`,
    () => `{"filler":${'9'.repeat(400_000)},${rest}`,
  ])();
}
