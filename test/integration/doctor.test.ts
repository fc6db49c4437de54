import { randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { diagnose, explainFinding, registerProviders } from '../../src/ingest/index.js';
import type { Delivery } from '../../src/model/index.js';
import { readConfig } from '../../src/platform/config/index.js';
import { providers } from '../../src/providers/index.js';
import { issue, type Issued } from '../../src/providers/schemes/certificates.fixture.js';

const NOON = Date.UTC(2026, 2, 1, 12);
const WEBHOOK_ID = '8PT597110X687430LKGECATA';
const HOSTS = { live: 'api.paypal.com', sandbox: 'api.sandbox.paypal.com' };

const root = issue({ name: 'Root', ca: true });
const leaves: Record<keyof typeof HOSTS, Issued> = {
  live: issue({ name: 'messageverificationcerts.paypal.com', issuer: root }),
  sandbox: issue({ name: 'messageverificationcerts.sandbox.paypal.com', issuer: root }),
};

/** Signed as PayPal signs, in one of its modes. */
function delivery(mode: keyof typeof HOSTS, webhookId: string, signed: string, body = signed): Delivery {
  const id = randomUUID();
  const time = new Date(NOON).toISOString();
  const signature = sign(
    'sha256',
    Buffer.from(`${id}|${time}|${webhookId}|${crc32(signed)}`),
    leaves[mode].privateKey,
  );
  return {
    headers: {
      'paypal-auth-algo': ['SHA256withRSA'],
      'paypal-cert-url': [`https://${HOSTS[mode]}/v1/notifications/certs/CERT-1`],
      'paypal-transmission-id': [id],
      'paypal-transmission-time': [time],
      'paypal-transmission-sig': [signature.toString('base64')],
    },
    body: Buffer.from(body),
    receivedAt: NOON,
    url: 'https://hooks.example.org/webhooks/paypal',
  };
}

/** What the doctor of a service says that is set to PayPal's live mode. */
async function look(refused: Delivery) {
  const config = readConfig({ PAYPAL_WEBHOOK_ID: WEBHOOK_ID, STRIPE_WEBHOOK_SECRET: 'whsec_x' }, providers);
  const fetched: string[] = [];
  const registry = registerProviders(providers, config, {
    now: () => NOON,
    trustedRoots: [root.pem],
    fetch: (input) => {
      const url = input instanceof Request ? input.url : input.toString();
      fetched.push(url);
      const mode = url.includes(HOSTS.sandbox) ? 'sandbox' : 'live';
      return Promise.resolve(new Response(leaves[mode].pem));
    },
  });
  const paypal = registry.get('paypal')!;
  const diagnosis = await diagnose({ delivery: refused, reason: 'certificate_refused', faults: [] }, paypal, {
    registry,
    read: config.read,
    knownSecrets: [],
  });
  return { ...diagnosis, fetched, provider: paypal.provider };
}

describe('the doctor, of a request that PayPal has signed', () => {
  it('finds that it is of the other mode', async () => {
    const { findings, provider } = await look(delivery('sandbox', WEBHOOK_ID, '{"id":"WH-1"}'));
    expect(findings).toEqual([{ cause: 'setting_differs', setting: 'PAYPAL_ENV', value: 'sandbox' }]);
    expect(explainFinding(findings[0]!, provider).says).toContain('PAYPAL_ENV=sandbox');
  });

  it('says that it claims the other mode, where that has a webhook id of its own and nothing can be proved', async () => {
    const { findings, signs } = await look(delivery('sandbox', 'OTHER1', '{"id":"WH-1"}'));
    expect(findings).toEqual([]);
    expect(signs).toMatchObject([{ sign: 'mode_claimed', mode: 'sandbox' }]);
    expect(JSON.stringify(signs)).toContain('PAYPAL_WEBHOOK_ID');
  });

  it('finds that its body was re-encoded, though only the checksum is signed', async () => {
    const { findings } = await look(delivery('live', WEBHOOK_ID, '{"id":"WH-1"}', '{ "id": "WH-1" }'));
    expect(findings).toEqual([{ cause: 'body_reencoded', change: 'compact' }]);
  });

  it("fetches nothing from addresses that are not PayPal's", async () => {
    const forged = delivery('live', WEBHOOK_ID, '{"id":"WH-1"}');
    const url = 'https://api.paypal.com.example.org/v1/notifications/certs/CERT-1';
    const { findings, fetched } = await look({
      ...forged,
      headers: { ...forged.headers, 'paypal-cert-url': [url] },
    });
    expect(findings).toEqual([]);
    expect(fetched).toEqual([]);
  });
});
