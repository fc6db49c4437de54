/** What gives a JSON text its structure (RFC 8259, section 2), as bytes: in UTF-8 no other character has them. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/** Between a number and its exponent. */
export const [SMALL_E, CAPITAL_E] = [0x65, 0x45] as const;

/** White space between tokens: space, tab, line feed, carriage return. */
export const isWhiteSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

export const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Index of the quote that ends the string whose first quote is at `start`; the length of the text if none does. */
export function endOfString(text: Buffer, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const byte = text[index];
    if (byte === QUOTE) return index;
    if (byte === BACKSLASH) index++;
  }
  return text.length;
}
