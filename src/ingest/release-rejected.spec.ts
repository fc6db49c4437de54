import type { RejectedRequest } from '../model/index.js';
import { deliveryOf } from './release-rejected.js';

const request: RejectedRequest = {
  id: '01890000-0000-7000-8000-000000000000',
  provider: 'stripe',
  receivedAt: new Date('2026-03-01T12:00:00.123Z'),
  source: '192.0.2.1',
  url: 'http://10.0.0.7:3001/webhooks/stripe?a=%41&b=/webhooks/stripe',
  reason: 'signature_mismatch',
  faults: [],
  headers: { 'stripe-signature': ['t=1', 't=2'] },
  body: Buffer.from([0xff, 0x00]),
  bodySha256: '',
  bodyBytes: 2,
  times: 1,
  lastReceivedAt: new Date('2026-03-01T12:30:00Z'),
  state: 'held',
  eventIds: [],
  settledAt: null,
  settledBy: null,
};

describe('the delivery that a held request was', () => {
  it('is what came, when it came', () => {
    expect(deliveryOf(request, '')).toEqual({
      headers: request.headers,
      body: request.body,
      receivedAt: Date.UTC(2026, 2, 1, 12, 0, 0, 123),
      url: request.url,
    });
  });

  it.each(['https://hooks.example.org', 'https://hooks.example.org/', 'https://hooks.example.org/in'])(
    'has the address that it would have by the PUBLIC_URL of now, %s',
    (publicUrl) => {
      const base = publicUrl.replace(/\/$/, '');
      expect(deliveryOf(request, publicUrl)?.url).toBe(`${base}/webhooks/stripe?a=%41&b=/webhooks/stripe`);
      const before = { ...request, url: 'https://old.example.org/out/webhooks/stripe' };
      expect(deliveryOf(before, publicUrl)?.url).toBe(`${base}/webhooks/stripe`);
    },
  );

  it('is none once its body is gone', () => {
    expect(deliveryOf({ ...request, body: null }, '')).toBeUndefined();
  });
});
