import { withEnvelopeCheck } from '../envelope-check.js';
import { zoom } from './index.js';

const started = {
  event: 'meeting.started',
  event_ts: 1772366400123,
  payload: { account_id: 'AAAAAABBBB', object: { uuid: '4444AAAiAAAAAiAiAiiAii==', id: '1234567890' } },
};

const joined = (user: string) => ({
  ...started,
  event: 'meeting.participant_joined',
  payload: { ...started.payload, object: { ...started.payload.object, participant: { user_id: user } } },
});

const { readEnvelope } = withEnvelopeCheck(zoom);
const read = (payload: unknown) => readEnvelope(payload, {});

function keyOf(payload: unknown): string {
  const reading = read(payload);
  if (reading.outcome === 'invalid') throw new Error(JSON.stringify(reading.faults));
  return reading.envelope.deliveryKey;
}

describe("Zoom's envelope", () => {
  it('reads an event', () => {
    expect(read(started)).toEqual({
      outcome: 'read',
      envelope: {
        account: 'AAAAAABBBB',
        deliveryKey: expect.stringMatching(/^meeting\.started:1772366400123:[0-9a-f]{32}$/) as string,
        type: 'meeting.started',
        entity: '4444AAAiAAAAAiAiAiiAii==',
        occurredAt: new Date('2026-03-01T12:00:00.123Z'),
      },
    });
  });

  it('has the same key in every attempt', () => {
    const again: unknown = JSON.parse(
      JSON.stringify({ ...started, download_token: 'made for this delivery' }),
    );
    expect(keyOf(again)).toBe(keyOf(started));
  });

  it('has another key for another participant in the same millisecond', () => {
    expect(keyOf(joined('1'))).not.toBe(keyOf(joined('2')));
  });

  it('has another key at another time and for another event', () => {
    expect(keyOf({ ...started, event_ts: 1772366400124 })).not.toBe(keyOf(started));
    expect(keyOf({ ...started, event: 'meeting.ended' })).not.toBe(keyOf(started));
  });

  it('has a key that can be stored, however long the event is', () => {
    expect(keyOf({ ...started, event: 'x'.repeat(150) }).length).toBeLessThanOrEqual(255);
  });

  it.each([
    [{ id: 'zJKyaiAyTNC-MWjiWC18KQ' }, 'zJKyaiAyTNC-MWjiWC18KQ'],
    [{ id: 1234567890 }, '1234567890'],
    [{ id: 1.5 }, null],
    [{}, null],
    [undefined, null],
  ])('is about %j', (object, entity) => {
    const payload = { ...started, payload: { account_id: 'A', object } };
    expect(read(payload)).toMatchObject({ outcome: 'read', envelope: { entity } });
  });

  it('does without an account', () => {
    expect(read({ ...started, payload: { object: {} } })).toMatchObject({ envelope: { account: '' } });
  });

  it.each([
    ['/event', { event: 'a b' }],
    ['/event', { event: 'x'.repeat(151) }],
    ['/event_ts', { event_ts: undefined }],
    ['/event_ts', { event_ts: '1772366400123' }],
    ['/payload', { payload: [] }],
    ['/payload/account_id', { payload: { account_id: 7 } }],
  ])('names %s as the fault of %j', (path, wrong) => {
    expect(read({ ...started, ...wrong })).toMatchObject({ outcome: 'invalid', faults: [{ path }] });
  });
});
