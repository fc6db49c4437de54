import { Closers } from './closers.js';

describe('closers', () => {
  it('close in the opposite order, each after the one before', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    closers.add('first', () => closed.push('first'));
    closers.add('second', async () => {
      await new Promise(setImmediate);
      closed.push('second');
    });
    await closers.closeAll();
    expect(closed).toEqual(['second', 'first']);
  });

  it('close the others when one fails and one hangs, and then tell of both', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    closers.add('database', () => closed.push('database'));
    closers.add('queue', () => new Promise(() => undefined), 20);
    closers.add('server', () => Promise.reject(new Error('no')));
    await expect(closers.closeAll()).rejects.toThrow('Not closed: server: no; queue: not within 20 ms');
    expect(closed).toEqual(['database']);
    await closers.closeAll();
  });
});
