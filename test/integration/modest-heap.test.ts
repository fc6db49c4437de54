import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const MODULE = pathToFileURL(resolve('dist/platform/process/modest-heap.js')).href;

/** Keeps some 20 MB alive, of which the oldest is always replaced, and tells how many bytes the heap came to. */
const WORK = `
  const { getHeapStatistics } = await import('node:v8');
  const kept = [];
  let peak = 0;
  for (let made = 0; made < 1_200_000; made++) {
    kept[made % 200_000] = { made, text: 'number ' + made, list: [made, made] };
    if (made % 10_000 === 0) peak = Math.max(peak, getHeapStatistics().used_heap_size);
  }
  process.stdout.write(String(peak));`;

describe('a modest heap', () => {
  async function peakOf(limitMb: number, isModest: boolean): Promise<number> {
    const script = isModest ? `(await import('${MODULE}')).keepHeapModest();${WORK}` : WORK;
    const given = [`--max-old-space-size=${limitMb}`, '--input-type=module', '--eval', script];
    return Number((await promisify(execFile)(process.execPath, given)).stdout);
  }

  it('takes less where there is much memory', async () => {
    expect(await peakOf(4_096, true)).toBeLessThan(0.8 * (await peakOf(4_096, false)));
  });

  it('takes no more where there is little', async () => {
    expect(await peakOf(256, true)).toBeLessThan(1.15 * (await peakOf(256, false)));
  });
});
