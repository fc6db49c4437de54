import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  endOfString,
  isWhiteSpace,
} from './json-bytes.js';

/**
 * The elements of a JSON array, each in the very bytes in which it was sent, without the white space around it.
 * Written out anew an element would be another text: numbers lose digits, fields change their order.
 *
 * @param array bytes that `parseJson` has taken for an array; of anything else the result means nothing
 */
export function jsonElements(array: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < array.length; index++) {
    const byte = array[index];
    if (byte === QUOTE) index = endOfString(array, index);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++depth === 1) start = index + 1;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (--depth === 0) elements.push(trimmed(array, start, index));
    } else if (byte === COMMA && depth === 1) {
      elements.push(trimmed(array, start, index));
      start = index + 1;
    }
  }
  // Between the brackets of an empty array there is no element.
  return elements.filter(({ length }) => length > 0);
}

function trimmed(text: Buffer, start: number, end: number): Buffer {
  while (start < end && isWhiteSpace(text[start])) start++;
  while (start < end && isWhiteSpace(text[end - 1])) end--;
  return text.subarray(start, end);
}
