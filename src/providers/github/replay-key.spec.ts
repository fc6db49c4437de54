import { createHash } from 'node:crypto';
import type { Envelope } from '../../model/index.js';
import { deliveryOf } from '../settings.fixture.js';
import { github } from './index.js';

const BODY = Buffer.from('{"inputs":null}');

const envelope = (deliveryKey: string): Envelope => ({
  account: '',
  deliveryKey,
  type: 'workflow_dispatch',
  entity: null,
  occurredAt: null,
});

const keyOf = (body: Buffer, deliveryKey: string, headers: Record<string, string> = {}) =>
  github.replayKey?.(deliveryOf(headers, body), envelope(deliveryKey));

describe("GitHub's replay key", () => {
  it('is the hash of the body, claimed by the delivery id', () => {
    expect(keyOf(BODY, 'one')).toEqual({
      key: createHash('sha256').update(BODY).digest('hex'),
      claim: 'one',
      otherwise: 'suspected',
    });
  });

  it('heeds nothing that is not signed', () => {
    const headers = { 'x-github-event': 'push', 'x-hub-signature-256': 'sha256=00' };
    expect(keyOf(BODY, 'two', headers)?.key).toBe(keyOf(BODY, 'one')?.key);
  });

  it('is another one for another byte', () => {
    expect(keyOf(Buffer.from('{"inputs":null} '), 'one')?.key).not.toBe(keyOf(BODY, 'one')?.key);
  });
});
