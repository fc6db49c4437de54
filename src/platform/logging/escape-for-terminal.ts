/** Controls, such as U+009B, which begins a sequence as ESC [ does; marks that turn a line around; ends of a line. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Whatever came from outside could hold what a terminal obeys. In a text of JSON, which keeps most of these as they
 * are, it means the same afterwards.
 */
export function escapeForTerminal(text: string): string {
  return text.replaceAll(OBEYED, (character) => character.split('').map(escapeUnit).join(''));
}

/** @param unit of UTF-16; characters beyond have two */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
