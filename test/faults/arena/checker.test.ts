import { isClean, judge } from './checker.js';
import type { Evidence } from './evidence.js';

/** A payment that was acknowledged, kept, thanked for and completed. */
const GOOD: Evidence = {
  sent: new Map([['evt_1', 'payment']]),
  acknowledged: ['id-1'],
  events: [{ id: 'id-1', deliveryKey: 'evt_1', statuses: ['completed'] }],
  deadLetters: [],
  persisted: new Map([['id-1', 1]]),
  mailed: new Map([['id-1', 1]]),
};

const event = (changes: Partial<Evidence['events'][number]>) => ({
  events: [{ ...GOOD.events[0]!, ...changes }],
});

describe('the checker', () => {
  it('has nothing to say where all is well', () => {
    expect(isClean(judge(GOOD))).toBe(true);
  });

  it('lets be what was recorded and not acknowledged, if it came to its end', () => {
    expect(isClean(judge({ ...GOOD, acknowledged: [] }))).toBe(true);
  });

  it.each([
    ['lost', 'what was acknowledged and not recorded', { acknowledged: ['id-1', 'id-2'] }],
    ['lost', 'what was acknowledged and is still open', event({ statuses: ['completed', 'retrying'] })],
    [
      'unsettled',
      'what was not acknowledged and is still open',
      { acknowledged: [], ...event({ statuses: ['pending'] }) },
    ],
    ['doubled', 'an entity that was written twice', { persisted: new Map([['id-1', 2]]) }],
    ['doubled', 'an e-mail that was sent twice', { mailed: new Map([['id-1', 2]]) }],
    ['missing', 'an e-mail that was not sent', { mailed: new Map() }],
    ['unexpected', 'an event that nobody sent', event({ deliveryKey: 'evt_2' })],
    [
      'unexpected',
      'an e-mail for an event that nobody sent',
      {
        mailed: new Map([
          ['id-1', 1],
          ['id-2', 1],
        ]),
      },
    ],
    [
      'unexpected',
      'a dead letter without a good reason',
      {
        deadLetters: [
          { eventId: 'id-1', type: 'payment_intent.succeeded', status: 'dead_lettered', code: 'unexpected' },
        ],
      },
    ],
  ] as const)('finds %s: %s', (kind, _what, changes) => {
    expect(judge({ ...GOOD, ...changes })[kind]).not.toEqual([]);
  });

  it('takes an outcome that nobody can know for a legal end', () => {
    const letter = { eventId: 'id-1', type: 'payment_intent.succeeded', status: 'dead_lettered' } as const;
    const evidence = {
      ...GOOD,
      ...event({ statuses: ['dead_lettered'] }),
      deadLetters: [{ ...letter, code: 'outcome_unknown' }],
      mailed: new Map(),
    };
    expect(isClean(judge(evidence))).toBe(true);
  });
});
