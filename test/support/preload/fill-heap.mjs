// Loaded before the service: on SIGUSR2 its heap is filled until nearly nothing is left, on the next one it is let go.

import { getHeapStatistics } from 'node:v8';

// Of what V8 has for objects that stay: above the mark of the service, below the end.
const FULL = 0.92;
const YOUNG_BYTES = 48 * 1024 * 1024;
let ballast;

process.on('SIGUSR2', () => {
  if (ballast !== undefined) {
    ballast = undefined;
    return;
  }
  ballast = [];
  for (;;) {
    const { used_heap_size, heap_size_limit } = getHeapStatistics();
    if (used_heap_size > (heap_size_limit - YOUNG_BYTES) * FULL) return;
    ballast.push(new Array(100_000).fill(0.5));
  }
});
