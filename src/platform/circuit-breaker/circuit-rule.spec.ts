import { judge, mustOpen, providerCircuit, WINDOW_MS } from './circuit-rule.js';
import { OutcomeWindow } from './outcome-window.js';

const TARGET = 'http:api.example.org:443';
const PROVIDER = providerCircuit('stripe');

describe('a circuit', () => {
  it.each([
    [TARGET, 4, 0, false],
    [TARGET, 5, 0, true],
    [TARGET, 5, 5, true],
    [TARGET, 5, 6, false],
    [TARGET, 600, 601, false],
    [PROVIDER, 9, 0, false],
    [PROVIDER, 10, 10, true],
    [PROVIDER, 10, 11, false],
  ])('%s with %i failures and %i successes must open: %s', (name, failures, successes, expected) => {
    expect(mustOpen(name, { failures, successes }, 5)).toBe(expected);
  });

  it('lets everything through while it is closed', () => {
    expect(judge(undefined, 0)).toBe('pass');
  });

  it('lets nothing through until its cool-down is over, and then one may ask', () => {
    const open = { manual: false, retryAt: 1000 };
    expect([999, 1000].map((now) => judge(open, now))).toEqual(['refused', 'ask']);
  });

  it('that a person opened is never probed', () => {
    expect(judge({ manual: true, retryAt: 0 }, 1000)).toBe('refused');
  });
});

describe('a window of outcomes', () => {
  it('counts what came in its time, and forgets the rest by the second', () => {
    const window = new OutcomeWindow();
    window.add('failure', 0);
    window.add('failure', 999);
    window.add('success', 1000);
    expect(window.counts(WINDOW_MS - 1)).toEqual({ successes: 1, failures: 2 });
    expect(window.counts(WINDOW_MS)).toEqual({ successes: 1, failures: 0 });
    expect(window.counts(WINDOW_MS + 1000)).toEqual({ successes: 0, failures: 0 });
  });

  it('gives each outcome once, and still counts it', () => {
    const window = new OutcomeWindow();
    window.add('success', 0);
    window.add('failure', 1);
    expect(window.take(2)).toEqual({ successes: 1, failures: 1 });
    expect(window.take(3)).toEqual({ successes: 0, failures: 0 });
    window.add('failure', 4);
    expect(window.take(5)).toEqual({ successes: 0, failures: 1 });
    expect(window.counts(6)).toEqual({ successes: 1, failures: 2 });
  });

  it('does not give what is too old to count', () => {
    const window = new OutcomeWindow();
    window.add('failure', 0);
    expect(window.take(WINDOW_MS)).toEqual({ successes: 0, failures: 0 });
  });

  it('knows nothing after it was cleared', () => {
    const window = new OutcomeWindow();
    window.add('failure', 0);
    window.clear();
    expect(window.counts(1)).toEqual({ successes: 0, failures: 0 });
    expect(window.take(1)).toEqual({ successes: 0, failures: 0 });
  });
});
