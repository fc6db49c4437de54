/** Fields of one payload, each as the path to it: `/data/object/id`. A list's elements, and a map's, are all `*`. */
export interface PayloadShape {
  readonly fields: readonly string[];
  /** Those whose own fields were all read; '' is the payload itself. Of the others nothing is known. */
  readonly open: readonly string[];
}

/** What is known of a field, of those payloads in which what it belongs to was open. */
export interface KnownField {
  readonly seen: number;
  readonly missed: number;
  /** How often its own fields could be read. */
  readonly open: number;
  /** Was always there, and is not any more. */
  readonly gone: boolean;
}

/** What is known of the payloads of a type. */
export interface KnownShape {
  /** Payloads that were looked at. */
  readonly observed: number;
  readonly fields: Readonly<Record<string, KnownField>>;
}

/** `returned`: a field that was gone came again. From then on it comes and goes, which is no news. */
export interface SchemaDrift {
  readonly path: string;
  readonly change: 'new' | 'gone' | 'returned';
}

/** So many payloads in a row make an "always", and a "never". */
export const ALWAYS = 20;

/** Fields of a type that are remembered; what comes beyond is not looked at. */
export const MOST_KNOWN_FIELDS = 500;

export const NOTHING_KNOWN: KnownShape = { observed: 0, fields: {} };

/**
 * What payloads of a type are known to be like after some more of them, and in what these differ from those before.
 *
 * A field was always there if all payloads that could have had it did, from the first that had it on, and they were
 * {@link ALWAYS} at least. It is gone with the first that lacks it. It is new if as many payloads could have had it
 * before, and none did. A payload could have a field if what the field belongs to is there and was read to its end: so where an
 * object is gone or new, its fields are no news by themselves.
 */
export function learnShapes(
  known: KnownShape,
  shapes: readonly PayloadShape[],
): { known: KnownShape; drifts: readonly SchemaDrift[] } {
  const fields = new Map(Object.entries(known.fields));
  const drifts: SchemaDrift[] = [];
  let { observed } = known;
  for (const shape of shapes) {
    const there = new Set(shape.fields);
    const open = new Set(shape.open);
    if (!open.has('')) continue;
    for (const [path, field] of fields) {
      if (!open.has(parentOf(path))) continue;
      const next = there.has(path) ? sawField(field, open.has(path)) : missedField(path, field);
      fields.set(path, next);
      if (next.gone !== field.gone) drifts.push({ path, change: next.gone ? 'gone' : 'returned' });
    }
    // Cut first: a sender that makes up names must not have each compared with all that are known.
    const added = shape.fields.filter((path) => !fields.has(path)).slice(0, MOST_KNOWN_FIELDS - fields.size);
    const news = added.filter((path) => isNews(path, { observed, fields }, open));
    for (const path of added) {
      fields.set(path, { seen: 1, missed: 0, open: open.has(path) ? 1 : 0, gone: false });
      if (news.includes(path)) drifts.push({ path, change: 'new' });
    }
    observed++;
  }
  return { known: { observed, fields: Object.fromEntries(fields) }, drifts };
}

function sawField({ seen, missed, open }: KnownField, isOpen: boolean): KnownField {
  return { seen: seen + 1, missed, open: open + (isOpen ? 1 : 0), gone: false };
}

function missedField(path: string, { seen, missed, open, gone }: KnownField): KnownField {
  const wasAlways = missed === 0 && seen >= ALWAYS && !isElement(path);
  return { seen, missed: missed + 1, open, gone: gone || wasAlways };
}

/** Where most fields come and go, as those that a sender's own customers name, one more is no news. */
function isNews(
  path: string,
  before: { observed: number; fields: ReadonlyMap<string, KnownField> },
  open: ReadonlySet<string>,
): boolean {
  const parent = parentOf(path);
  // It counts this payload already, unless it is the payload.
  const chances = parent === '' ? before.observed : (before.fields.get(parent)?.open ?? 0) - 1;
  if (isElement(path) || !open.has(parent) || chances < ALWAYS) return false;
  const siblings = [...before.fields].filter(([other]) => parentOf(other) === parent);
  return siblings.filter(([, { missed }]) => missed > 0).length * 2 <= siblings.length;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** An empty list, or map, is one like any other. */
function isElement(path: string): boolean {
  return path.endsWith('/*');
}
