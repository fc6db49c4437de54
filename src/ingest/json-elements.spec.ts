import { chooseSeed, seededRandom } from '../../test/support/random.js';
import { jsonElements } from './json-elements.js';

const elementsOf = (text: string) => jsonElements(Buffer.from(text)).map(String);

describe('the elements of an array', () => {
  it.each<[string, string[]]>([
    ['[]', []],
    [' [ \t\r\n ] ', []],
    ['[1]', ['1']],
    ['[1,2]', ['1', '2']],
    ['\n[\t1 ,\r\n 2 ]\n', ['1', '2']],
    ['[[]]', ['[]']],
    ['[[],{}, [ ] ]', ['[]', '{}', '[ ]']],
    ['[[1,[2,3]],{"a":[4,{"b":5}]}]', ['[1,[2,3]]', '{"a":[4,{"b":5}]}']],
    ['["",",","]","[",""]', ['""', '","', '"]"', '"["', '""']],
    ['["\\"","\\\\","\\\\\\"," ]', ['"\\""', '"\\\\"', '"\\\\\\","']],
    ['[{"],[":"}{"},{"\\"}":1}]', ['{"],[":"}{"}', '{"\\"}":1}']],
    ['["größe","😀,😀"]', ['"größe"', '"😀,😀"']],
    ['[true,false,null,-1.50E+3,0.10]', ['true', 'false', 'null', '-1.50E+3', '0.10']],
  ])('%j', (text, elements) => {
    expect(elementsOf(text)).toEqual(elements);
  });

  it('keep what a number or an object would lose if it was written out anew', () => {
    const events = ['{ "id":1.0,"id" : 12345678901234567890 }', '{"b":"\\u0041\\/","1":2}'];
    expect(elementsOf(`[${events.join(' , ')}]`)).toEqual(events);
  });

  it('share the bytes of the array', () => {
    const array = Buffer.from('[{"a":1}]');
    expect(jsonElements(array)[0]?.buffer).toBe(array.buffer);
  });

  const seed = chooseSeed();
  it(`are, of any array, what it was made of and what JSON.parse finds: SEED=${seed}`, () => {
    const random = new RandomJson(seededRandom(seed));
    for (let round = 0; round < 1_000; round++) {
      const elements = Array.from({ length: random.upTo(6) }, () => random.value(4));
      const text = random.array(elements);
      const found = elementsOf(text);
      const what = { seed, round, text };
      expect({ ...what, found }).toEqual({ ...what, found: elements });
      expect({ ...what, parsed: found.map(parse) }).toEqual({ ...what, parsed: parse(text) });
    }
  });
});

const parse = (text: string): unknown => JSON.parse(text);

/** Writes JSON texts with all that the grammar allows. */
class RandomJson {
  constructor(private readonly random: () => number) {}

  upTo(most: number): number {
    return Math.floor(this.random() * (most + 1));
  }

  /** A value nested no deeper than this. */
  value(depth: number): string {
    const kind = this.upTo(depth > 0 ? 4 : 2);
    if (kind === 0)
      return this.one(['true', 'false', 'null', '0', '-0', '1e5', '-12.50', '1E-2', '9007199254740993']);
    if (kind <= 2) return this.string();
    const parts = Array.from({ length: this.upTo(4) }, () => this.value(depth - 1));
    if (kind === 3) return this.array(parts).trim();
    const fields = parts.map((part) => `${this.string()}${this.space()}:${this.space()}${part}`);
    return `{${this.joined(fields)}}`;
  }

  /** With white space around it. */
  array(elements: readonly string[]): string {
    return `${this.space()}[${this.joined(elements)}]${this.space()}`;
  }

  private joined(parts: readonly string[]): string {
    if (parts.length === 0) return this.space();
    return parts.map((part) => `${this.space()}${part}${this.space()}`).join(',');
  }

  private string(): string {
    const pieces = [
      '"',
      '\\',
      '/',
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      ' ',
      '\n',
      'a',
      'ß',
      '😀',
      '__proto__',
      '\0',
    ];
    const text = Array.from({ length: this.upTo(6) }, () => this.one(pieces)).join('');
    const quoted = JSON.stringify(text);
    return this.upTo(3) === 0 ? quoted.replaceAll('/', '\\/').replaceAll('a', '\\u0061') : quoted;
  }

  private space(): string {
    return Array.from({ length: this.upTo(2) }, () => this.one([' ', '\t', '\n', '\r'])).join('');
  }

  private one(choices: readonly string[]): string {
    return choices[this.upTo(choices.length - 1)] ?? '';
  }
}
