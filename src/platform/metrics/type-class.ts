import { BoundedLabel, OTHER } from './bounded-label.js';

/** Classes of one provider. GitHub, which has most, knows 73 names of events. */
const MOST_CLASSES = 100;

/** What stands before the first of these says what an event is about; what stands behind, what became of it. */
const SEPARATOR = /[./:]/;

const WELL_FORMED = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

const labels = new Map<string, BoundedLabel>();

/**
 * The class of an event's type, a label with few values: `payment_intent` of `payment_intent.succeeded`, `orders` of
 * `orders/create`. Some senders choose types as they like, so what is no name, or one too many, is `other`.
 *
 * @param provider one of those that there are
 */
export function typeClass(provider: string, type: string): string {
  const end = type.search(SEPARATOR);
  const name = end === -1 ? type : type.slice(0, end);
  return WELL_FORMED.test(name) ? labelOf(provider).valueFor(name) : OTHER;
}

function labelOf(provider: string): BoundedLabel {
  let label = labels.get(provider);
  if (label === undefined) labels.set(provider, (label = new BoundedLabel(MOST_CLASSES)));
  return label;
}
