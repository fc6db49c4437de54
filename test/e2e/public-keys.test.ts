import { EventWebhook } from '@sendgrid/eventwebhook';
import { verifyKey } from 'discord-interactions';
import { randomUUID } from 'node:crypto';
import type { StandIn } from '../../src/model/index.js';
import { discord, sendgrid } from '../../src/providers/index.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { problemOf } from '../support/problem.js';
import { TestService } from '../support/service.js';

const HOUR = 60 * 60 * 1000;

let backends: TestBackends;
let service: TestService;
const asDiscord = discord.standIn!();
const asSendgrid = sendgrid.standIn!();

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({
    env: { ...backends.env, ...asDiscord.settings, ...asSendgrid.settings },
  });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

function signed(standIn: StandIn, payload: unknown, age = 0) {
  const body = Buffer.from(JSON.stringify(payload));
  return standIn.sign({ type: '', contentType: 'application/json', body }, Date.now() - age);
}

describe('Discord', () => {
  const post = (body: Record<string, unknown>, age = 0) => {
    const delivery = signed(asDiscord, body, age);
    return service.post('discord', delivery.headers, delivery.body);
  };
  const [sample] = discord.samples;

  it('gets 204 and no body for an event, and for the same again', async () => {
    const event = sample!.body();
    for (let copy = 0; copy < 2; copy++) {
      const reply = await post(event);
      expect([reply.status, await reply.text()]).toEqual([204, '']);
    }
    const [recorded, ...others] = await service.events(`provider=discord&type=${sample!.type}`);
    expect(others).toEqual([]);
    expect(recorded).toMatchObject({ account: event['application_id'], type: 'ENTITLEMENT_CREATE' });
    expect((await service.settled(recorded!.id)).status).toBe('completed');
  });

  it('gets 204 for its ping, of which nothing is kept', async () => {
    const before = await service.events('provider=discord');
    const reply = await post({ version: 1, application_id: '1234560123453231555', type: 0 });
    expect([reply.status, await reply.text()]).toEqual([204, '']);
    expect(await service.events('provider=discord')).toEqual(before);
  });

  it('gets 401 when it tries whether somebody looks at signatures', async () => {
    const before = await service.events('provider=discord');
    const { headers, body } = signed(asDiscord, sample!.body());
    const wrong = { ...headers, 'x-signature-ed25519': '0'.repeat(128) };
    const key = asDiscord.settings['DISCORD_PUBLIC_KEY']!;
    const time = headers['x-signature-timestamp']!;
    expect(await verifyKey(body, headers['x-signature-ed25519']!, time, key)).toBe(true);
    expect(await verifyKey(body, wrong['x-signature-ed25519'], time, key)).toBe(false);
    expect(await problemOf(await service.post('discord', wrong, body), 401)).toMatchObject({
      reason: 'signature_mismatch',
    });
    expect(await problemOf(await service.post('discord', {}, body), 401)).toMatchObject({
      reason: 'signature_missing',
    });
    expect(await problemOf(await post(sample!.body(), HOUR), 401)).toMatchObject({
      reason: 'timestamp_stale',
    });
    expect(await service.events('provider=discord')).toEqual(before);
  });

  it('gets 400 for an interaction, which wants more than a receipt', async () => {
    const { errors } = await problemOf(await post({ type: 2, application_id: '1', token: 'x' }), 400);
    expect(errors).toContainEqual({ path: '/type', message: 'must be 1, a webhook event' });
  });
});

describe('SendGrid', () => {
  /** A batch of one. */
  const post = (body: Record<string, unknown>, age = 0) => {
    const delivery = signed(asSendgrid, [body], age);
    return service.post('sendgrid', delivery.headers, delivery.body);
  };
  const [sample] = sendgrid.samples;

  it('gets 202 and the ids of the events of a batch', async () => {
    const event = { ...sample!.body(), order: randomUUID() };
    const { headers, body } = signed(asSendgrid, [event]);
    const official = new EventWebhook();
    const key = official.convertPublicKeyToECDSA(asSendgrid.settings['SENDGRID_PUBLIC_KEY']!);
    const [signature, time] = [
      headers['x-twilio-email-event-webhook-signature']!,
      headers['x-twilio-email-event-webhook-timestamp']!,
    ];
    expect(official.verifySignature(key, body, signature, time)).toBe(true);

    const reply = await service.post('sendgrid', headers, body);
    expect(reply.status).toBe(202);
    const { ids } = (await reply.json()) as { ids: string[] };
    expect(ids).toHaveLength(1);
    expect(await service.settled(ids[0]!)).toMatchObject({
      status: 'completed',
      type: 'delivered',
      deliveryKey: event['sg_event_id' as keyof typeof event],
      payload: event,
    });
    expect((await service.post('sendgrid', headers, body)).status).toBe(200);
  });

  it('is heard when it comes again a day later, and not after three', async () => {
    const event = sample!.body();
    expect((await post(event, 29 * HOUR)).status).toBe(202);
    expect((await post(event, 0)).status).toBe(200);
    expect(await problemOf(await post(event, 72 * HOUR), 400)).toMatchObject({ reason: 'timestamp_stale' });
  });

  it('is refused with the signature of another body', async () => {
    const { headers } = signed(asSendgrid, [sample!.body()]);
    const { body } = signed(asSendgrid, [sample!.body()]);
    expect(await problemOf(await service.post('sendgrid', headers, body), 400)).toMatchObject({
      reason: 'signature_mismatch',
    });
  });
});
