import { HEX, LETTERS, type Dice } from '../dice.js';
import type { HeaderLine } from './signatures.js';

/** A request as bytes. */
export interface FramedRequest {
  readonly what: string;
  readonly bytes: Buffer;
}

export interface Unframed {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly HeaderLine[];
  readonly body: Buffer;
}

/** The request with its body, of which its head says in some right way how long it is. */
export function frame(dice: Dice, request: Unframed): FramedRequest {
  return dice.chance(0.7)
    ? { what: '', bytes: withLength(request) }
    : { what: 'chunked', bytes: inChunks(dice, request) };
}

export function withLength({ method, target, lines, body }: Unframed): Buffer {
  const length: HeaderLine = ['content-length', String(body.length)];
  return Buffer.concat([head(method, target, [...lines, length]), body]);
}

export function head(
  method: string,
  target: string,
  lines: readonly HeaderLine[],
  version = 'HTTP/1.1',
): Buffer {
  const host: HeaderLine = ['Host', 'hooks.example.org'];
  const written = [host, ...lines].map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`${method} ${target} ${version}`, ...written, '', ''].join('\r\n'), 'latin1');
}

/** Chunks in every way that RFC 9112, section 7.1 allows. */
function inChunks(dice: Dice, { method, target, lines, body }: Unframed): Buffer {
  const encoding: HeaderLine = [
    dice.pick(['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING']),
    dice.pick(['chunked', 'Chunked', 'CHUNKED', ' chunked ']),
  ];
  const largest = dice.pick([1, 7, 100, 1_000, 100_000]);
  const parts: Buffer[] = [];
  // Of a large body only the beginning comes in bits.
  for (let at = 0; at < body.length;) {
    const size = at > 300 ? body.length - at : dice.between(1, Math.min(largest, body.length - at));
    parts.push(
      Buffer.from(`${chunkSize(dice, size)}\r\n`),
      body.subarray(at, at + size),
      Buffer.from('\r\n'),
    );
    at += size;
  }
  const trailers = dice.chance(0.2) ? `${dice.text(5, LETTERS)}: 1\r\nstripe-signature: 5\r\n` : '';
  parts.push(Buffer.from(`${dice.pick(['0', '00', '000000'])}\r\n${trailers}\r\n`));
  return Buffer.concat([head(method, target, [...lines, encoding]), ...parts]);
}

function chunkSize(dice: Dice, size: number): string {
  const hex = size.toString(16);
  const write = dice.choose<() => string>([
    [10, () => hex],
    [2, () => hex.toUpperCase()],
    [2, () => `000${hex}`],
    [2, () => `${hex};${dice.text(3, LETTERS)}=${dice.text(5, HEX)}`],
    [1, () => `${hex};a="b;c"`],
  ]);
  return write();
}

/** Cuts the bytes in some places; what is in between comes by itself. */
export function cut(dice: Dice, bytes: Buffer): readonly Buffer[] {
  const places = Array.from({ length: dice.between(1, 6) }, () => dice.below(bytes.length)).sort(
    (a, b) => a - b,
  );
  return [0, ...places]
    .map((place, index) => bytes.subarray(place, places[index] ?? bytes.length))
    .filter((piece) => piece.length > 0);
}
