import { verify } from '@octokit/webhooks-methods';
import Stripe from 'stripe';
import { BODY_SIZES } from './bodies.js';
import { repeatedEvent, requestsOf } from './deliveries.js';

const SECRET = 'a secret of nobody';

function parse(request: Buffer): { headers: Record<string, string>; body: string } {
  const [head = '', body = ''] = request.toString().split('\r\n\r\n');
  const pairs = head
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(/: (.*)/));
  return {
    headers: Object.fromEntries(pairs.map(([name = '', value = '']) => [name.toLowerCase(), value])),
    body,
  };
}

const deliveries = (size: (typeof BODY_SIZES)[number], repeats = false) =>
  requestsOf({ kind: 'deliveries', size, secret: SECRET, series: 'a', repeats }, 'localhost');

describe('a delivery', () => {
  it.each(BODY_SIZES)('of %s is about as long', (size) => {
    const { headers, body } = parse(deliveries(size)(7));
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(body));
    const kilobytes = Buffer.byteLength(body) / 1_024;
    expect(kilobytes).toBeGreaterThan(Number.parseInt(size) * 0.9);
    expect(kilobytes).toBeLessThan(Number.parseInt(size) * 1.4);
  });

  it('of 1 KB is signed as Stripe does', () => {
    const { headers, body } = parse(deliveries('1 KB')(7));
    const event = Stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', SECRET);
    expect(event).toMatchObject({
      id: 'evt_a7',
      type: 'customer.updated',
      data: { object: { id: 'cus_7' } },
    });
  });

  it.each(['8 KB', '64 KB'] as const)('of %s is signed as GitHub does', async (size) => {
    const { headers, body } = parse(deliveries(size)(7));
    expect(headers).toMatchObject({ 'x-github-event': 'push', 'x-github-delivery': 'a7' });
    expect(await verify(SECRET, body, headers['x-hub-signature-256'] ?? '')).toBe(true);
    expect(JSON.parse(body)).toMatchObject({ ref: 'refs/heads/7', after: 'evt_a7' });
  });

  it('repeats an earlier one every second time, if that is wanted', () => {
    const numbers = Array.from({ length: 2_000 }, (_, number) => repeatedEvent(number));
    expect(new Set(numbers).size).toBe(1_000);
    const id = (number: number): string =>
      (JSON.parse(parse(deliveries('1 KB', true)(number)).body) as { id: string }).id;
    expect(id(1_001)).toBe(id(800));
  });
});
