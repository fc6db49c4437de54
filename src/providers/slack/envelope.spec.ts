import type { AppMentionEvent } from '@slack/types';
import type { EventPattern } from '../../model/index.js';
import { readFrom } from '../settings.fixture.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { slack } from './index.js';

const callback = {
  type: 'event_callback',
  team_id: 'T061EG9R6',
  api_app_id: 'A0PNCHHK2',
  event_id: 'Ev08MFMKH6',
  event_time: 1772366400,
  event: { type: 'app_mention', channel: 'C0LAN2Q65', ts: '1772366400.000005' },
};

const { readEnvelope } = withEnvelopeCheck(slack);
const read = (payload: unknown) => readEnvelope(payload, {});

describe("Slack's envelope", () => {
  it('reads an event', () => {
    expect(read(callback)).toEqual({
      outcome: 'read',
      envelope: {
        account: 'T061EG9R6',
        deliveryKey: 'Ev08MFMKH6',
        type: 'app_mention',
        entity: 'C0LAN2Q65/1772366400.000005',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it('reads that events were held back, once for each minute', () => {
    const limited = {
      type: 'app_rate_limited',
      team_id: 'T1',
      api_app_id: 'A1',
      minute_rate_limited: 1772366400,
    };
    expect(read(limited)).toEqual({
      outcome: 'read',
      envelope: {
        account: 'T1',
        deliveryKey: 'app_rate_limited:A1:1772366400000',
        type: 'app_rate_limited',
        entity: 'A1',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
    expect(read({ ...limited, minute_rate_limited: '1' })).toMatchObject({
      outcome: 'invalid',
      faults: [{ path: '/minute_rate_limited' }],
    });
  });

  it.each([
    [{ team_id: null, enterprise_id: 'E1' }, 'E1'],
    [{ team_id: undefined }, ''],
  ])('belongs to the account of %j', (ids, account) => {
    expect(read({ ...callback, ...ids })).toMatchObject({ outcome: 'read', envelope: { account } });
  });

  it.each([
    [{ item: { channel: 'C1', ts: '1.2' }, user: 'U1' }, 'C1/1.2'],
    [{ channel: 'C1' }, 'C1'],
    [{ channel: { id: 'C1' } }, 'C1'],
    [{ file_id: 'F1', user_id: 'U1' }, 'F1'],
    [{ user: { id: 'U1' } }, 'U1'],
    [{}, null],
  ])('is about what %j says', (event, entity) => {
    const payload = { ...callback, event: { type: 'some_event', ...event } };
    expect(read(payload)).toMatchObject({ outcome: 'read', envelope: { entity } });
  });

  it('does without a time', () => {
    expect(read({ ...callback, event_time: undefined })).toMatchObject({ envelope: { occurredAt: null } });
  });

  it.each([
    ['/type', { type: 'block_actions' }],
    ['/event_id', { event_id: undefined }],
    ['/event_id', { event_id: 'a b' }],
    ['/event/type', { event: {} }],
    ['/event', { event: null }],
    ['/team_id', { team_id: 7 }],
  ])('names %s as the fault of %j', (path, wrong) => {
    expect(read({ ...callback, ...wrong })).toMatchObject({ outcome: 'invalid', faults: [{ path }] });
  });
});

describe("Slack's challenge", () => {
  const answer = (payload: unknown) => slack.challenge?.(payload, readFrom({}), '1');

  it('is given back', () => {
    const question = {
      token: 'Jhj5dZrVaK7ZwHHjRyZWjbDl',
      challenge: '3eZbrw1aBm2rZgRNFdxV',
      type: 'url_verification',
    };
    expect(answer(question)).toEqual({ status: 200, body: { challenge: '3eZbrw1aBm2rZgRNFdxV' } });
  });

  it.each([
    { type: 'url_verification' },
    { type: 'url_verification', challenge: 7 },
    { challenge: 'x' },
    callback,
  ])('is not %j', (payload) => {
    expect(answer(payload)).toBeUndefined();
  });
});

describe('slack.event', () => {
  it('is typed by the type', () => {
    const mention = slack.event('app_mention');
    const text = (payload: NonNullable<typeof mention.payload>): AppMentionEvent => payload.event;
    const limited: EventPattern<{ minute_rate_limited: number }> = slack.event('app_rate_limited');
    expect([mention.type, limited.provider]).toEqual(['app_mention', 'slack']);
    expect(text).toBeInstanceOf(Function);
    // @ts-expect-error there is no such type
    expect(slack.event('app_exploded').provider).toBe('slack');
  });
});
