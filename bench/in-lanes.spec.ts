import { inLanes } from './in-lanes.js';

describe('work in lanes', () => {
  it.each([1, 2, 3, 10])('is done for all items, %d at the same time', async (lanes) => {
    const items = [5, 1, 4, 2, 3];
    let [now, most] = [0, 0];
    const done: number[] = [];
    await inLanes(items, lanes, async (item) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < item; turn++) await new Promise(setImmediate);
      now--;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(Math.min(lanes, items.length));
  });
});
