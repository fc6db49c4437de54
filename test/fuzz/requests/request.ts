import { writeSample } from '../../../src/providers/index.js';
import { Dice } from '../dice.js';
import { PUBLIC_URL, type Sender } from '../senders.js';
import { fuzzBody } from './bodies.js';
import { cut, frame, type Unframed } from './framing.js';
import { fuzzHeaders, fuzzTarget } from './heads.js';
import { malform } from './malformed.js';
import { forge, fuzzSignature } from './signatures.js';
import { lead } from './strays.js';

/** How a request goes on once it is written. */
export type Ending =
  /** It is in order as HTTP: so many replies must come. */
  | { readonly kind: 'replies'; readonly count: number }
  /** It may be one that the service waits for the rest of; then the connection is ended. */
  | { readonly kind: 'perhaps' }
  /** Its sender goes away, at once. */
  | { readonly kind: 'hang up'; readonly reset: boolean };

export interface FuzzedRequest {
  readonly number: number;
  readonly sender: Sender;
  /** What is strange about it. */
  readonly what: readonly string[];
  /** Written one after the other. */
  readonly pieces: readonly Buffer[];
  /** Milliseconds between two of them. */
  readonly pauseMs: number;
  /** A reply to HEAD has no body. */
  readonly isHead: boolean;
  readonly ending: Ending;
  /** Whether it is in order but for what is signed, so that nobody but the verifier may judge it. */
  readonly isForVerifier: boolean;
  /** Whether the service may believe it. */
  readonly genuine: boolean;
  readonly body: Buffer;
}

/** What must be random is so by the seed and the number; ids, times and signatures are fresh each time. */
export function fuzzRequest(senders: readonly Sender[], seed: number, number: number): FuzzedRequest {
  const dice = Dice.of(seed, number);
  const sender = dice.pick(senders);
  const make = dice.choose([
    [93.5, whole],
    [2, astray],
    [3, malformed],
    [1.5, abandoned],
  ]);
  return { number, sender, pauseMs: 0, isHead: false, isForVerifier: false, ...make(dice, sender) };
}

type Made = Pick<FuzzedRequest, 'what' | 'pieces' | 'ending' | 'genuine' | 'body'> &
  Partial<Pick<FuzzedRequest, 'pauseMs' | 'isHead' | 'isForVerifier'>>;

/** Whatever is strange about it, it is HTTP and has an address: it is for the verifier to judge it. */
function whole(dice: Dice, sender: Sender): Made {
  const { request, what, genuine } = signedRequest(dice, sender);
  const framed = frame(dice, request);
  const copies = dice.choose([
    [94, 1],
    [4, 2],
    [2, 4],
  ]);
  const bytes = Buffer.concat(Array.from({ length: copies }, () => framed.bytes));
  const inPieces = dice.chance(0.12);
  return {
    what: named(...what, framed.what, copies > 1 && `${copies} times at once`, inPieces && 'in pieces'),
    pieces: inPieces ? cut(dice, bytes) : [bytes],
    pauseMs: dice.choose([
      [3, 0],
      [1, 4],
      [0.2, 40],
    ]),
    ending: copies > 1 && asksToUpgrade(request) ? { kind: 'perhaps' } : { kind: 'replies', count: copies },
    isForVerifier: true,
    genuine,
    body: request.body,
  };
}

/**
 * The connection is closed with the reply to such a request. What comes behind it then makes the sender's system throw
 * the reply away if it was not read yet (https://www.rfc-editor.org/rfc/rfc9112#section-9.6).
 */
function asksToUpgrade({ lines }: Unframed): boolean {
  return lines.some(([name]) => name.toLowerCase() === 'upgrade');
}

function astray(dice: Dice, sender: Sender): Made {
  const { what, ...request } = lead(dice, forgedRequest(dice, sender));
  return {
    what: named(what),
    pieces: [frame(dice, request).bytes],
    isHead: request.method === 'HEAD',
    ending: { kind: 'replies', count: 1 },
    genuine: false,
    body: request.body,
  };
}

function malformed(dice: Dice, sender: Sender): Made {
  const request = forgedRequest(dice, sender);
  const { what, bytes } = malform(dice, request);
  return {
    what: named(what),
    pieces: [bytes],
    ending: { kind: 'perhaps' },
    genuine: false,
    body: request.body,
  };
}

/** The sender goes away in the middle of it, or just when it has been sent. */
function abandoned(dice: Dice, sender: Sender): Made {
  const { request, what, genuine } = signedRequest(dice, sender);
  const { bytes } = frame(dice, request);
  const sent = dice.chance(0.5) ? bytes : bytes.subarray(0, dice.below(bytes.length));
  return {
    what: named(...what, sent === bytes ? 'given up after its end' : 'given up half-way'),
    pieces: dice.chance(0.5) ? [sent] : cut(dice, sent),
    pauseMs: dice.pick([0, 3]),
    ending: { kind: 'hang up', reset: dice.chance(0.5) },
    genuine,
    body: request.body,
  };
}

function signedRequest(dice: Dice, sender: Sender): { request: Unframed; what: string[]; genuine: boolean } {
  const { provider } = sender;
  const target = fuzzTarget(dice, provider.name);
  const sample = writeSample(provider, dice.pick(provider.samples));
  const { what: ofBody, bytes: body } = fuzzBody(dice, sample.body);
  const message = { ...sample, body, url: PUBLIC_URL + target.path, now: Date.now() };
  const signature = fuzzSignature(dice, message, sender);
  const { what, lines } = fuzzHeaders(dice, signature.lines);
  return {
    request: { method: 'POST', target: target.written, lines, body },
    what: [`body ${ofBody}`, `signature ${signature.what}`, target.what, what],
    genuine: signature.genuine,
  };
}

/** Not a genuine one: what cannot be read in one way must not be let in by luck. */
function forgedRequest(dice: Dice, sender: Sender): Unframed {
  const { provider } = sender;
  const target = `/webhooks/${provider.name}`;
  const sample = writeSample(provider, dice.pick(provider.samples));
  const lines = forge({ ...sample, url: PUBLIC_URL + target, now: Date.now() }, sender);
  return { method: 'POST', target, lines, body: sample.body };
}

function named(...what: readonly (string | false)[]): string[] {
  return what.filter((text) => text !== false && text !== '') as string[];
}
