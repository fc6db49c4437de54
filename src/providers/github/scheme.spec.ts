import { createHmac } from 'node:crypto';
import { sign, verify as verifyByOctokit } from '@octokit/webhooks-methods';
import { ADDRESS, NOON, deliveryOf, offline, readFrom, unsigned } from '../settings.fixture.js';
import { github } from './index.js';

const SECRET = "It's a Secret to Everybody";
const BODY = 'Hello, World!';
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

function verify(
  headers: Record<string, string | readonly string[]>,
  body = Buffer.from(BODY),
  secrets = SECRET,
) {
  const verifier = github.verifier(readFrom({ GITHUB_WEBHOOK_SECRET: secrets }), offline);
  return verifier.verify(deliveryOf(headers, body));
}

const signature = (value: string | readonly string[]) => ({ 'x-hub-signature-256': value });
const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe("GitHub's signature", () => {
  it("agrees with the example in GitHub's documentation", () => {
    expect(verify(signature(SIGNATURE))).toEqual(verified);
  });

  it('is verified when Octokit signs', async () => {
    const body = '{"note":"grüße 😀\\r\\n"}';
    expect(verify(signature(await sign(SECRET, body)), Buffer.from(body))).toEqual(verified);
  });

  it('is made as Octokit verifies', async () => {
    const { headers, body } = github.sign(
      unsigned(github),
      readFrom({ GITHUB_WEBHOOK_SECRET: 'a' }),
      NOON,
      ADDRESS,
    )!;
    expect(await verifyByOctokit('a', body.toString(), headers['x-hub-signature-256']!)).toBe(true);
  });

  it('may come from any of several secrets', async () => {
    const secrets = 'new,old';
    expect(verify(signature(await sign('new', BODY)), undefined, secrets)).toEqual(verified);
    expect(verify(signature(await sign('old', BODY)), undefined, secrets)).toEqual({
      ...verified,
      secretLabel: '2',
    });
  });

  it('covers an empty body', () => {
    const empty = createHmac('sha256', SECRET).update('').digest('hex');
    expect(verify(signature(`sha256=${empty}`), Buffer.alloc(0))).toEqual(verified);
  });

  const sha1 = createHmac('sha1', SECRET).update(BODY).digest('hex');
  const sha512 = createHmac('sha512', SECRET).update(BODY).digest('hex');

  it.each<[string, Record<string, string | readonly string[]>, string]>([
    ['nothing', {}, 'signature_missing'],
    ['SHA-1 only', { 'x-hub-signature': `sha1=${sha1}` }, 'signature_missing'],
    ['an empty header', signature(''), 'signature_missing'],
    ['a doubled header', signature([SIGNATURE, SIGNATURE]), 'signature_doubled'],
    ['a doubled header that a proxy joined', signature(`${SIGNATURE}, ${SIGNATURE}`), 'signature_malformed'],
    ['SHA-1 in its place', signature(`sha1=${sha1}`), 'signature_malformed'],
    ['SHA-512 in its place', signature(`sha512=${sha512}`), 'signature_malformed'],
    ['no prefix', signature(SIGNATURE.slice(7)), 'signature_malformed'],
    ['an upper-case prefix', signature(SIGNATURE.replace('sha', 'SHA')), 'signature_malformed'],
    ['half a signature', signature(SIGNATURE.slice(0, 39)), 'signature_malformed'],
    ['a signature and more', signature(`${SIGNATURE}00`), 'signature_malformed'],
    ['no hex', signature(`sha256=${'z'.repeat(64)}`), 'signature_malformed'],
    ['characters of several bytes', signature(`sha256=${'é'.repeat(64)}`), 'signature_malformed'],
    ['another signature', signature(`sha256=${'0'.repeat(64)}`), 'signature_mismatch'],
  ])('is refused: %s', (_, headers, reason) => {
    expect(verify(headers)).toEqual(refused(reason));
  });

  it('covers bytes, not text', () => {
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(BODY)]);
    expect(verify(signature(SIGNATURE), bom)).toEqual(refused('signature_mismatch'));
    expect(verify(signature(SIGNATURE), Buffer.from('Hello, World?'))).toEqual(refused('signature_mismatch'));
  });

  it('needs a secret', () => {
    const empty = createHmac('sha256', '').update(BODY).digest('hex');
    const unconfigured = { outcome: 'unconfigured', setting: 'GITHUB_WEBHOOK_SECRET' };
    expect(verify(signature(`sha256=${empty}`), undefined, '')).toEqual(unconfigured);
  });
});
