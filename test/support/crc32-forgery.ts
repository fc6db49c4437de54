import { crc32 } from 'node:zlib';

/** Enough that some choice of them gives any of the 2³² sums. */
const CHOICES = 64;

/**
 * Appends white space to a text, blanks and tabs, so that it has the wanted CRC-32.
 *
 * A CRC is linear: what a tab in place of a blank changes in it is the same whatever the other characters are. So the
 * choice is a system of linear equations over bits, solved by elimination.
 */
export function forgeCrc32(text: string, wanted: number): string {
  const blanks = Array<string>(CHOICES).fill(' ');
  const sumWith = (tabs: (index: number) => boolean): number =>
    crc32(text + blanks.map((blank, index) => (tabs(index) ? '\t' : blank)).join(''));
  const base = sumWith(() => false);

  /** By its highest bit: a change of the sum, and the tabs that make it, a bit each. */
  const basis = new Map<number, { change: number; tabs: bigint }>();
  const reduce = (change: number, tabs: bigint): { change: number; tabs: bigint } => {
    for (let bit = 31; bit >= 0; bit--) {
      const step = basis.get(bit);
      if ((change >>> bit) & 1 && step !== undefined) {
        change ^= step.change;
        tabs ^= step.tabs;
      }
    }
    return { change, tabs };
  };
  for (let index = 0; index < CHOICES; index++) {
    const rest = reduce(base ^ sumWith((other) => other === index), 1n << BigInt(index));
    if (rest.change !== 0) basis.set(31 - Math.clz32(rest.change), rest);
  }
  const { change, tabs } = reduce(base ^ wanted, 0n);
  if (change !== 0) throw new Error('No choice gives this sum');
  return text + blanks.map((blank, index) => ((tabs >> BigInt(index)) & 1n ? '\t' : blank)).join('');
}
