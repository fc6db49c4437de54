import { seededRandom } from '../support/random.js';

/** Something that is chosen as often as its weight says. */
export type Weighted<Value> = readonly [weight: number, value: Value];

/** What chance decides about one request: the same for the same seed and number, whatever came before. */
export class Dice {
  private constructor(private readonly random: () => number) {}

  static of(seed: number, number: number): Dice {
    return new Dice(seededRandom(seed ^ Math.imul(number + 1, 0x9e3779b1)));
  }

  /** A whole number from 0, below the limit. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** A whole number, both ends among them. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }

  choose<Value>(choices: readonly Weighted<Value>[]): Value {
    let rest = this.random() * choices.reduce((sum, [weight]) => sum + weight, 0);
    return (choices.find(([weight]) => (rest -= weight) < 0) ?? choices[0])?.[1] as Value;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** So many characters of an alphabet. */
  text(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet.charAt(this.below(alphabet.length))).join('');
  }

  /** Bytes that a header may hold all the same, each as a character. */
  beyondAscii(length: number): string {
    return Array.from({ length }, () => String.fromCharCode(this.between(0x80, 0xff))).join('');
  }
}

export const HEX = '0123456789abcdef';
export const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** All that can be seen of ASCII. */
export const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');
