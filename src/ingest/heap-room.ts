import { getHeapStatistics } from 'node:v8';

/** V8 counts what is for new objects, three times 16 MB, towards its limit; it cannot be used for those that stay. */
const YOUNG_BYTES = 48 * 1024 * 1024;

/** Of the rest: when more is in use, even V8's last efforts to collect garbage find little. */
const FULL = 0.9;

/** Milliseconds for which an answer holds, since the question takes some time. */
const HOLDS_MS = 200;

/**
 * Whether this process has room for more work, before it would end for want of memory. Bodies are outside of this
 * heap; the body budget is about them. The delay of the event loop is no measure: after one long pause everybody
 * would be sent away who has waited for its end, and what may wait is bounded anyway.
 */
export class HeapRoom {
  private askedAt = -Infinity;
  private room = true;

  hasRoom(): boolean {
    const now = performance.now();
    if (now - this.askedAt > HOLDS_MS) {
      const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
      this.room = used < (limit - YOUNG_BYTES) * FULL;
      this.askedAt = now;
    }
    return this.room;
  }
}
