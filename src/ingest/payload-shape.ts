import type { PayloadShape } from '../model/index.js';

/** Steps from the payload to its deepest field that is looked at. */
const DEEPEST = 6;

/** Fields of one payload. GitHub's largest have some 400 down to there. */
const MOST_FIELDS = 400;

/** Values that are looked at. */
const MOST_VALUES = 5_000;

/** Elements of one list. */
const MOST_ELEMENTS = 50;

/** An object with more keys is a map: its keys are data. */
const MOST_KEYS = 200;

/** Names have few digits, as `address_line1` and `sha256`; ids have many. */
const NAME = /^[A-Za-z_$@][A-Za-z_$@.:-]*(?:\d{1,3}[A-Za-z_$@.:-]*)?$/;
const LONGEST_NAME = 64;

/**
 * The fields of a payload, from the top to the bottom, a level at a time. A level that would be too much is left out as a whole, and
 * so is what is below: then nothing is known of it, rather than something wrong.
 */
export function shapeOf(payload: unknown): PayloadShape {
  const fields: string[] = [];
  const open: string[] = [];
  const budget = { values: MOST_VALUES };
  let level: ReadonlyMap<string, readonly unknown[]> = new Map([['', [payload]]]);
  for (let depth = 0; depth < DEEPEST && level.size > 0; depth++) {
    const next = readLevel(level, budget);
    if (next === undefined || fields.length + next.values.size > MOST_FIELDS) break;
    fields.push(...next.values.keys());
    open.push(...next.open);
    level = next.values;
  }
  return { fields, open };
}

/** @returns the values below, by their paths; undefined if they are too many */
function readLevel(
  level: ReadonlyMap<string, readonly unknown[]>,
  budget: { values: number },
): { values: ReadonlyMap<string, unknown[]>; open: string[] } | undefined {
  const below = new Map<string, unknown[]>();
  const open: string[] = [];
  for (const [path, values] of level) {
    const entries = values.filter(isContainer).map(entriesOf);
    // Of an empty list nobody knows what its elements have.
    if (values.some((value) => isContainer(value) && !(Array.isArray(value) && value.length === 0)))
      open.push(path);
    for (const [name, value] of entries.flat()) {
      if (--budget.values < 0) return undefined;
      const key = `${path}/${name}`;
      const known = below.get(key);
      if (known === undefined) below.set(key, [value]);
      else known.push(value);
    }
  }
  return { values: below, open };
}

function entriesOf(container: object): [string, unknown][] {
  if (Array.isArray(container)) {
    return container.slice(0, MOST_ELEMENTS).map((element: unknown) => ['*', element]);
  }
  const entries = Object.entries(container).slice(0, MOST_VALUES + 1);
  const isMap = entries.length > MOST_KEYS;
  return entries.map(([key, value]) => [isMap || !isName(key) ? '*' : key, value]);
}

function isName(key: string): boolean {
  return key.length <= LONGEST_NAME && NAME.test(key);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
