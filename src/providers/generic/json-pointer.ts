/** The names along the way to a value (RFC 6901). */
export type JsonPointer = readonly string[];

/** `undefined` for what is no pointer, and for the pointer to the whole. */
export function parseJsonPointer(text: string): JsonPointer | undefined {
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(text)) return undefined;
  const names = text.slice(1).split('/');
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value that a pointer leads to. Only what a body itself has counts: `__proto__` is a field like any other. */
export function valueAt(body: unknown, pointer: JsonPointer): unknown {
  let value = body;
  for (const name of pointer) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
