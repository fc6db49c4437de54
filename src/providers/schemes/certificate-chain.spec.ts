import { X509Certificate } from 'node:crypto';
import { judgeChain, type ChainFlaw } from './certificate-chain.js';
import { issue, type Issued, type IssueOptions } from './certificates.fixture.js';

const NAME = 'signer.example.com';
const NOW = Date.parse('2026-06-01T00:00:00Z');
const MAY = new Date('2026-05-01T00:00:00Z');
const JULY = new Date('2026-07-01T00:00:00Z');

const root = issue({ name: 'Root', ca: true });
const intermediate = issue({ name: 'Intermediate', ca: true, issuer: root });
const leaf = issue({ name: NAME, issuer: intermediate });

/** Another leaf on the same key, since keys are what takes time. */
const leafWith = (options: Partial<IssueOptions>) =>
  issue({ name: NAME, issuer: intermediate, key: leaf, ...options });

function judge(bundle: readonly Issued[], roots: readonly Issued[] = [root], now = NOW) {
  const trusted = roots.map(({ pem }) => new X509Certificate(pem));
  return judgeChain(bundle.map(({ pem }) => pem).join(''), NAME, trusted, now);
}

const refused = (flaw: ChainFlaw) => ({ outcome: 'refused', flaw });

describe('judgeChain', () => {
  it('trusts a leaf whose issuers lead to a root', () => {
    const judged = judge([leaf, intermediate]);
    expect(judged).toMatchObject({ outcome: 'trusted', validUntil: Date.parse('2026-12-31T00:00:00Z') });
    expect(judged.outcome === 'trusted' && judged.leaf.subject).toContain(`CN=${NAME}`);
  });

  it('trusts a leaf that a root issued itself', () => {
    expect(judge([leafWith({ issuer: root })]).outcome).toBe('trusted');
  });

  it('trusts an intermediate that is given as a root', () => {
    expect(judge([leaf], [intermediate]).outcome).toBe('trusted');
  });

  it('finds its way among others in any order', () => {
    const stranger = issue({ name: 'Stranger', ca: true });
    const second = issue({ name: 'Second', ca: true, issuer: intermediate });
    const deep = leafWith({ issuer: second });
    expect(judge([deep, stranger, intermediate, root, second]).outcome).toBe('trusted');
  });

  it('is valid no longer than the first of the chain to expire', () => {
    expect(judge([leafWith({ until: JULY }), intermediate])).toMatchObject({ validUntil: JULY.getTime() });
    const brief = issue({ name: 'Intermediate', ca: true, issuer: root, key: intermediate, until: JULY });
    expect(judge([leaf, brief])).toMatchObject({ validUntil: JULY.getTime() });
  });

  it.each<[string, ChainFlaw, () => ReturnType<typeof judge>]>([
    ['a missing intermediate', 'untrusted', () => judge([leaf])],
    ['a missing root', 'untrusted', () => judge([leaf, intermediate], [])],
    ['a root that only the bundle has', 'untrusted', () => judge([leaf, intermediate, root], [])],
    ['a leaf that issued itself', 'untrusted', () => judge([issue({ name: NAME })])],
    [
      'a leaf that issued itself, with a chain beside it',
      'untrusted',
      () => judge([issue({ name: NAME }), intermediate]),
    ],
    [
      'an issuer of the right name and another key',
      'untrusted',
      () => judge([leafWith({ issuer: issue({ name: 'Intermediate', ca: true }) }), intermediate]),
    ],
    [
      'a root of the right name and another key',
      'untrusted',
      () => judge([leaf, intermediate], [issue({ name: 'Root', ca: true })]),
    ],
    [
      'an issuer of the right key and another name',
      'untrusted',
      () => judge([leaf, issue({ name: 'Renamed', ca: true, issuer: root, key: intermediate })]),
    ],
    [
      'an intermediate that is no authority',
      'untrusted',
      () => {
        const host = issue({ name: 'other.example.com', issuer: intermediate });
        return judge([leafWith({ issuer: host }), host, intermediate]);
      },
    ],
    [
      'a trusted root that is no authority',
      'untrusted',
      () => {
        const host = issue({ name: 'other.example.com' });
        return judge([leafWith({ issuer: host })], [host]);
      },
    ],
    ['another name', 'wrong_name', () => judge([leafWith({ name: 'other.example.com' }), intermediate])],
    ['a longer name', 'wrong_name', () => judge([leafWith({ name: `${NAME}.evil.com` }), intermediate])],
    ['a wildcard', 'wrong_name', () => judge([leafWith({ name: '*.example.com' }), intermediate])],
    ['the leaf not first', 'wrong_name', () => judge([intermediate, leaf])],
    ['an expired leaf', 'outside_validity', () => judge([leafWith({ until: MAY }), intermediate])],
    ['a leaf not yet valid', 'outside_validity', () => judge([leafWith({ from: JULY }), intermediate])],
    [
      'an expired intermediate',
      'untrusted',
      () =>
        judge([leaf, issue({ name: 'Intermediate', ca: true, issuer: root, key: intermediate, until: MAY })]),
    ],
    [
      'an expired root',
      'untrusted',
      () => judge([leaf, intermediate], [issue({ name: 'Root', ca: true, key: root, until: MAY })]),
    ],
    [
      'a short key',
      'unsuitable_key',
      () => judge([issue({ name: NAME, issuer: intermediate, bits: 1024 }), intermediate]),
    ],
  ])('refuses %s', (_, flaw, judged) => {
    expect(judged()).toEqual(refused(flaw));
  });

  it.each([
    '',
    'hello',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    '-----BEGIN CERTIFICATE-----'.repeat(2000),
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
  ])('cannot read %.40j', (pem) => {
    expect(judgeChain(pem, NAME, [], NOW)).toEqual(refused('unreadable'));
  });
});
