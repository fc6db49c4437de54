import { createHmac } from 'node:crypto';
import { deliveryOf, NOON, offline, readFrom } from '../../settings.fixture.js';
import { presets } from '../preset-providers.js';

const hubspot = presets.find(({ name }) => name === 'hubspot')!;
const read = readFrom({ HUBSPOT_WEBHOOK_SECRET: 'client secret' });
const ADDRESS = 'https://hooks.example.org/webhooks/hubspot';
const BODY = '[{"eventId":1,"subscriptionType":"contact.creation"}]';

/** As HubSpot's page tells it. @param time milliseconds */
function verify(time: number, { method = 'POST', url = ADDRESS } = {}) {
  const content = method + url + BODY + String(time);
  const headers = {
    'x-hubspot-signature-v3': createHmac('sha256', 'client secret').update(content).digest('base64'),
    'x-hubspot-request-timestamp': String(time),
  };
  return hubspot.verifier(read, offline).verify(deliveryOf(headers, Buffer.from(BODY), { url: ADDRESS }));
}

describe("HubSpot's batches", () => {
  it('are signed with method, URI, body and time', async () => {
    expect(await verify(NOON)).toEqual({ outcome: 'verified', secretLabel: '1' });
    expect(await verify(NOON, { method: 'GET' })).toMatchObject({ reason: 'signature_mismatch' });
    expect(await verify(NOON, { url: `${ADDRESS}?a` })).toMatchObject({ reason: 'signature_mismatch' });
  });

  it.each([
    [-300_000, 'verified'],
    [300_000, 'verified'],
    [-301_000, 'refused'],
    [301_000, 'refused'],
  ])('signed %i ms from the receipt are %s', async (offset, outcome) => {
    expect(await verify(NOON + offset)).toMatchObject({ outcome });
  });

  it('have events whose own ids are not unique', () => {
    const event = {
      ...{ eventId: 3816279340, subscriptionId: 25, portalId: 33, occurredAt: NOON, objectId: 123 },
      subscriptionType: 'contact.creation',
    };
    const keyOf = (payload: unknown) => {
      const reading = hubspot.readEnvelope(payload, {});
      return reading.outcome === 'read' ? reading.envelope.deliveryKey : undefined;
    };
    const keys = [event, { ...event, objectId: 124 }, { ...event, objectId: undefined }].map(keyOf);
    expect(new Set(keys).size).toBe(3);
    expect(keyOf({ ...event, attemptNumber: 3 })).toBe(keys[0]);
    expect(hubspot.readEnvelope(event, {})).toMatchObject({
      envelope: { account: '33', entity: '123', type: 'contact.creation', occurredAt: new Date(NOON) },
    });
    expect(hubspot.batched).toBe(true);
  });
});
