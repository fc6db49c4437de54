import type { Delivery, Envelope, ReplayKey } from '../model/index.js';
import { guardedReplayKey } from './replay-guard.js';

const delivery: Delivery = { headers: {}, body: Buffer.from('{}'), receivedAt: 0, url: '' };
const envelope: Envelope = { account: '', deliveryKey: 'key', type: 'any', entity: null, occurredAt: null };

const keyUnder = (guard: 'mark' | 'reject', otherwise: ReplayKey['otherwise']) =>
  guardedReplayKey(
    { replayKey: ({ body }, { deliveryKey }) => ({ key: body.toString(), claim: deliveryKey, otherwise }) },
    delivery,
    envelope,
    guard,
  );

describe('the replay guard', () => {
  it('leaves the key as its provider means it', () => {
    expect(keyUnder('mark', 'suspected')).toEqual({ key: '{}', claim: 'key', otherwise: 'suspected' });
    expect(keyUnder('mark', 'refused')).toEqual({ key: '{}', claim: 'key', otherwise: 'refused' });
  });

  it('refuses what is only suspected where it is told to', () => {
    expect(keyUnder('reject', 'suspected')).toEqual({ key: '{}', claim: 'key', otherwise: 'refused' });
    expect(keyUnder('reject', 'refused')).toEqual({ key: '{}', claim: 'key', otherwise: 'refused' });
  });

  it('has nothing to say of a provider without such keys', () => {
    expect(guardedReplayKey({}, delivery, envelope, 'reject')).toBeUndefined();
  });
});
