import { createHmac } from 'node:crypto';
import { NOON, deliveryOf, offline, readFrom } from '../settings.fixture.js';
import { zoom } from './index.js';

const NOW = NOON / 1000;
const BODY = '{"event":"meeting.started"}';
const verified = { outcome: 'verified', secretLabel: '1' };
const stale = { outcome: 'refused', reason: 'timestamp_stale' };

function verify(seconds: number, secrets = 'token', key = 'token') {
  const signature = createHmac('sha256', key).update(`v0:${seconds}:${BODY}`).digest('hex');
  const headers = { 'x-zm-signature': `v0=${signature}`, 'x-zm-request-timestamp': String(seconds) };
  const verifier = zoom.verifier(readFrom({ ZOOM_WEBHOOK_SECRET_TOKEN: secrets }), offline);
  return verifier.verify(deliveryOf(headers, Buffer.from(BODY)));
}

describe("Zoom's signature", () => {
  it('may come from any of several secrets', () => {
    expect(verify(NOW, 'new,old', 'new')).toEqual(verified);
    expect(verify(NOW, 'new,old', 'old')).toEqual({ ...verified, secretLabel: '2' });
    expect(verify(NOW, 'new,old', 'other')).toEqual({ outcome: 'refused', reason: 'signature_mismatch' });
  });

  it.each([
    [-85 * 60, verified],
    [-7200, verified],
    [-7201, stale],
    [7200, verified],
    [7201, stale],
  ])('may be %d seconds from when it came, or not', (seconds, verification) => {
    expect(verify(NOW + seconds)).toEqual(verification);
  });

  it('needs a secret', () => {
    const unconfigured = { outcome: 'unconfigured', setting: 'ZOOM_WEBHOOK_SECRET_TOKEN' };
    expect(verify(NOW, ' , ', '')).toEqual(unconfigured);
  });
});

describe("Zoom's challenge", () => {
  const read = readFrom({ ZOOM_WEBHOOK_SECRET_TOKEN: 'other,secretValueTest' });
  const question = { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' } };

  /** The reply is that of another implementation: elastic/beats, the Zoom case of its http_endpoint input. */
  it('is answered with the secret that it was signed with', () => {
    expect(zoom.challenge?.(question, read, '2')).toEqual({
      status: 200,
      body: {
        plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
        encryptedToken: '70c1f2e2e6ca2d39297490d1f9142c7d701415ea8e6151f6562a08fa657a40ff',
      },
    });
    const other = createHmac('sha256', 'other').update('qgg8vlvZRS6UYooatFL8Aw').digest('hex');
    expect(zoom.challenge?.(question, read, '1')).toMatchObject({ body: { encryptedToken: other } });
  });

  it.each([
    { event: 'endpoint.url_validation' },
    { event: 'endpoint.url_validation', payload: { plainToken: 7 } },
    { event: 'meeting.started', payload: { plainToken: 'x' } },
  ])('is not %j', (payload) => {
    expect(zoom.challenge?.(payload, read, '1')).toBeUndefined();
  });

  it('has no answer without a secret', () => {
    expect(zoom.challenge?.(question, readFrom({}), '1')).toBeUndefined();
  });
});
