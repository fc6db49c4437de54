/** What a {@link FairBuffer} keeps at most. */
export interface BufferLimits {
  readonly items: number;
  readonly bytes: number;
}

/** What an item needs beside its bytes, roughly. */
const ITEM_OVERHEAD_BYTES = 1024;

interface Weighed<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/**
 * Keeps items until they are taken, no more than the limits allow. When it is full, the last item of whoever holds
 * most gives way, so that a flood from one owner leaves the others their places.
 */
export class FairBuffer<Item> {
  private readonly owners = new Map<string, { items: Weighed<Item>[]; bytes: number }>();
  private items = 0;
  private bytes = 0;

  constructor(private readonly limits: BufferLimits) {}

  get isEmpty(): boolean {
    return this.items === 0;
  }

  /** @returns how many gave way; the new one may be among them */
  add(item: Item, owner: string, itemBytes: number): number {
    const bytes = itemBytes + ITEM_OVERHEAD_BYTES;
    const held = this.owners.get(owner) ?? { items: [], bytes: 0 };
    this.owners.set(owner, held);
    held.items.push({ item, bytes });
    held.bytes += bytes;
    this.items++;
    this.bytes += bytes;
    let dropped = 0;
    for (; this.items > this.limits.items || this.bytes > this.limits.bytes; dropped++) this.dropOne();
    return dropped;
  }

  takeAll(): Item[] {
    const taken = [...this.owners.values()].flatMap(({ items }) => items.map(({ item }) => item));
    this.owners.clear();
    this.items = 0;
    this.bytes = 0;
    return taken;
  }

  private dropOne(): void {
    const [first, ...others] = this.owners;
    if (first === undefined) return;
    const [owner, held] = others.reduce(
      (most, other) => (other[1].bytes > most[1].bytes ? other : most),
      first,
    );
    const dropped = held.items.pop();
    if (held.items.length === 0) this.owners.delete(owner);
    if (dropped === undefined) return;
    held.bytes -= dropped.bytes;
    this.items--;
    this.bytes -= dropped.bytes;
  }
}
