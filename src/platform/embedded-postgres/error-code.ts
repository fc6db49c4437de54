/** The system's code of an error (`ENOENT`), or undefined if it has none. */
export function errorCode(error: unknown): string | undefined {
  // By shape: Node's own errors aren't instances of the Error that code in another realm (as under Jest) sees.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
