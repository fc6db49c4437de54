import { createHmac } from 'node:crypto';
import { deliveryOf, offline, readFrom } from '../../settings.fixture.js';
import { presets } from '../preset-providers.js';

const intercom = presets.find(({ name }) => name === 'intercom')!;
const read = readFrom({ INTERCOM_WEBHOOK_SECRET: 'client secret' });
const BODY = '{"type":"notification_event","id":"notif_1","topic":"user.created","app_id":"a86dr8yl"}';
const hex = createHmac('sha1', 'client secret').update(BODY).digest('hex');

const verify = (signature: string) =>
  intercom.verifier(read, offline).verify(deliveryOf({ 'x-hub-signature': signature }, Buffer.from(BODY)));

describe("Intercom's notifications", () => {
  it('are signed by HMAC-SHA1 with its prefix', async () => {
    expect(await verify(`sha1=${hex}`)).toEqual({ outcome: 'verified', secretLabel: '1' });
    const sha256 = createHmac('sha256', 'client secret').update(BODY).digest('hex');
    for (const other of [hex, `sha256=${hex}`, `sha1=${sha256}`, `sha1=${hex.slice(2)}`]) {
      expect(await verify(other)).toEqual({ outcome: 'refused', reason: 'signature_malformed' });
    }
  });

  it('are events of a workspace', () => {
    expect(
      intercom.readEnvelope(
        { ...JSON.parse(BODY), data: { item: { id: 'u1' } }, created_at: 1_772_366_400 },
        {},
      ),
    ).toEqual({
      outcome: 'read',
      envelope: {
        account: 'a86dr8yl',
        deliveryKey: 'notif_1',
        type: 'user.created',
        entity: 'u1',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it('may be a ping, which has no id', () => {
    const ping = { type: 'notification_event', id: null, topic: 'ping', created_at: 1_772_366_400 };
    expect(intercom.readEnvelope(ping, {})).toMatchObject({
      envelope: { type: 'ping', deliveryKey: 'ping.1772366400' },
    });
  });
});
