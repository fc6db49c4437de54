import type { RejectedRequest } from '../model/index.js';
import { toRejectedView } from './rejected-request-view.js';

const AT = new Date('2026-03-01T12:00:00Z');

const request: RejectedRequest = {
  id: '01890000-0000-7000-8000-000000000000',
  provider: 'stripe',
  receivedAt: AT,
  source: '192.0.2.1',
  url: 'http://localhost/webhooks/stripe',
  reason: 'signature_mismatch',
  faults: [],
  headers: {},
  body: Buffer.from('{"note":"größe"}'),
  bodySha256: '00',
  bodyBytes: 18,
  times: 1,
  lastReceivedAt: AT,
  state: 'held',
  eventIds: [],
  settledAt: null,
  settledBy: null,
};

describe('a rejected request, as it is shown', () => {
  it('has its body as text, where it is text', () => {
    expect(toRejectedView(request, null).body).toBe('{"note":"größe"}');
    expect(toRejectedView({ ...request, body: Buffer.from([0xff]) }, null).body).toBeNull();
    expect(toRejectedView({ ...request, body: null }, null).body).toBeNull();
  });

  it('has its signatures, and no credentials that a provider sends instead of one', () => {
    const headers = {
      'stripe-signature': ['t=1,v1=00', 't=2,v1=00'],
      'x-gitlab-token': ['hidden'],
      authorization: ['Basic hidden'],
      'x-api-key': ['hidden', 'hidden'],
    };
    expect(toRejectedView({ ...request, headers }, null).headers).toEqual({
      'stripe-signature': ['t=1,v1=00', 't=2,v1=00'],
      'x-gitlab-token': ['(not shown)'],
      authorization: ['(not shown)'],
      'x-api-key': ['(not shown)', '(not shown)'],
    });
  });
});
