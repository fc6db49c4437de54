import type { Provider } from '../model/index.js';
import { Problem } from '../platform/http/index.js';
import { github } from '../providers/index.js';
import type { Recording } from '../record/index.js';
import type { Acceptance } from './accept-delivery.js';
import { replyTo } from './webhook-reply.js';

const batched: Provider = { ...github, batched: true };
const particular: Provider = { ...github, replies: { accepted: 201, refused: 401 } };

const accepted = (eventId: string): Recording => ({
  outcome: 'accepted',
  eventId,
  runs: [],
  suspectedReplayOf: null,
});
const duplicate = (eventId: string, conflict = false): Recording => ({
  outcome: 'duplicate',
  eventId,
  eventStatus: 'completed',
  conflict,
  unqueued: [],
});

const reply = (provider: Provider, ...recordings: Recording[]) =>
  replyTo(provider, { outcome: 'recorded', recordings });

describe('the reply to an event', () => {
  it.each([
    [accepted('a'), 202, { id: 'a', status: 'accepted' }],
    [duplicate('a'), 200, { id: 'a', status: 'duplicate', eventStatus: 'completed' }],
    [duplicate('a', true), 200, { id: 'a', status: 'duplicate', eventStatus: 'completed', conflict: true }],
  ])('that is %j has the status %i', (recording, status, body) => {
    expect(reply(github, recording)).toEqual({ status, body });
    expect(reply(particular, recording)).toEqual({ status: 201, body });
  });
});

describe('the reply to a batch', () => {
  it.each([
    [[accepted('a')], 202, { ids: ['a'], status: 'accepted' }],
    [[duplicate('a'), accepted('b')], 202, { ids: ['a', 'b'], status: 'accepted' }],
    [[duplicate('a', true), accepted('b')], 202, { ids: ['a', 'b'], status: 'accepted', conflict: true }],
    [[duplicate('a')], 200, { ids: ['a'], status: 'duplicate', eventStatuses: ['completed'] }],
    [
      [duplicate('b'), duplicate('a', true)],
      200,
      { ids: ['b', 'a'], status: 'duplicate', eventStatuses: ['completed', 'completed'], conflict: true },
    ],
    [[], 200, { ids: [], status: 'accepted' }],
  ])('of %j has the status %i', (recordings, status, body) => {
    expect(reply(batched, ...recordings)).toEqual({ status, body });
    expect(reply({ ...particular, batched: true }, ...recordings)).toEqual({ status: 201, body });
  });
});

describe('the reply to a challenge', () => {
  it.each([{ status: 200, body: { challenge: 'c' } }, { status: 204 }])(
    'is what its provider demands: %j',
    (challenge) => {
      expect(replyTo(particular, { outcome: 'challenge', challenge })).toEqual(challenge);
    },
  );
});

describe('what cannot be recorded', () => {
  const problem = (acceptance: Acceptance): Problem => {
    try {
      replyTo(particular, acceptance);
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    throw new Error('must be refused');
  };

  it('is 400 to every provider, whatever it wants for a signature', () => {
    const faults = [{ path: '/3/type', message: 'must be a text' }];
    const { status, options } = problem({ outcome: 'invalid', faults });
    expect({ status, options }).toEqual({
      status: 400,
      options: { reason: 'invalid', extensions: { errors: faults } },
    });
    expect(problem({ outcome: 'unstorable', message: 'secret of the database' })).toMatchObject({
      status: 400,
      options: {
        extensions: { errors: [{ path: '', message: expect.not.stringMatching('secret') as string }] },
      },
    });
  });

  it('is 400 for a replay, in a batch too', () => {
    const replayed: Recording = { outcome: 'replayed', replayOf: 'secret of the first sender' };
    for (const recordings of [[replayed], [accepted('a'), replayed]]) {
      const refusal = problem({ outcome: 'recorded', recordings });
      expect(refusal).toMatchObject({ status: 400, title: 'Replay refused' });
      expect(refusal.options.extensions).toEqual({ reason: 'replayed' });
    }
  });

  it.each(['overloaded', 'unavailable'] as const)('for now (%s) is 503 and may come again', (outcome) => {
    const { status, options } = problem({ outcome });
    expect(status).toBe(503);
    expect(options.retryAfter).toBeGreaterThan(0);
  });
});
