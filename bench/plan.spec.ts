import { readPlan } from './plan.js';

const KNOWN = [
  { name: 'ack' },
  { name: 'latency' },
  { name: 'steady' },
  { name: 'memory', isApart: true },
] as const;

describe('the flags of the benchmarks', () => {
  it('choose all that has a goal, in its long form, by default', () => {
    expect(readPlan([], KNOWN)).toEqual({
      form: 'long',
      scenarios: ['ack', 'latency', 'steady'],
      minutes: 30,
      storedEvents: 5_000_000,
      profile: false,
      list: false,
    });
  });

  it('choose scenarios, in their own order, and sizes', () => {
    const plan = readPlan(['--only', 'steady,ack', '--short', '--minutes', '0.5', '--vs', 'main'], KNOWN);
    expect(plan).toMatchObject({
      form: 'short',
      scenarios: ['ack', 'steady'],
      minutes: 0.5,
      storedEvents: 5_000,
    });
    expect(readPlan(['--events', '1000'], KNOWN).storedEvents).toBe(1_000);
    expect(readPlan(['--only', 'memory'], KNOWN).scenarios).toEqual(['memory']);
    expect(readPlan(['--short'], KNOWN).scenarios).toContain('memory');
  });

  it.each([
    [['--only', 'ack,acks'], 'There is no scenario acks, only ack, latency, steady, memory'],
    [['--minutes', '0'], '--minutes takes a number above 0, not 0'],
    [['--events', 'many'], '--events takes a number above 0, not many'],
    [['--shrot'], '--shrot'],
  ])('%j are refused', (args, message) => {
    expect(() => readPlan(args, KNOWN)).toThrow(message);
  });
});
