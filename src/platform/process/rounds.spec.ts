import { EventEmitter, once } from 'node:events';
import { Rounds } from './rounds.js';

describe('rounds', () => {
  const silent = { feel: () => undefined, end: () => undefined };

  it('are never two at a time: whoever asks for one joins the one in hand', async () => {
    let begun = 0;
    let finish = (): void => undefined;
    const rounds = new Rounds(() => {
      begun++;
      return new Promise<void>((resolve) => (finish = resolve));
    }, silent);
    const both = Promise.all([rounds.run(), rounds.run()]);
    finish();
    await both;
    expect(begun).toBe(1);
    const next = rounds.run();
    finish();
    await next;
    expect(begun).toBe(2);
  });

  it('go on after a failure, of which the observer is told', async () => {
    const told: unknown[] = [];
    const outcomes = [new Error('away'), undefined];
    const rounds = new Rounds(
      () => {
        const fault = outcomes.shift();
        return fault === undefined ? Promise.resolve() : Promise.reject(fault);
      },
      { feel: (error) => told.push(error), end: () => told.push('over') },
    );
    await rounds.run();
    await rounds.run();
    expect(told).toEqual([new Error('away'), 'over']);
  });

  it('begin at an interval as long as they may, and no more once they are stopped', async () => {
    const events = new EventEmitter();
    let may = false;
    let asked = 0;
    let begun = 0;
    const rounds = new Rounds(() => {
      begun++;
      events.emit('begun');
      return Promise.resolve();
    }, silent);
    rounds.start(1, () => {
      if (++asked === 3) may = true;
      return may;
    });
    await once(events, 'begun');
    expect({ asked, begun }).toEqual({ asked: 3, begun: 1 });
    await rounds.stop();
    expect(rounds.stopped).toBe(true);
  });

  it('are waited for by whoever stops them', async () => {
    let finish = (): void => undefined;
    const rounds = new Rounds(() => new Promise<void>((resolve) => (finish = resolve)), silent);
    const order: string[] = [];
    void rounds.run().then(() => order.push('round over'));
    const stopping = rounds.stop().then(() => order.push('stopped'));
    finish();
    await stopping;
    expect(order).toEqual(['round over', 'stopped']);
  });
});
