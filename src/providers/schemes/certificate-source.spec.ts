import { X509Certificate } from 'node:crypto';
import type { ChainJudgement } from './certificate-chain.js';
import { CertificateSource } from './certificate-source.js';
import { issue } from './certificates.fixture.js';

const leaf = new X509Certificate(issue({ name: 'signer.example.com' }).pem);
const URL_ONE = 'https://certificates.example.com/1';
const HOUR = 3_600_000;

/** A source with a clock and a host that the spec moves, and a judge that trusts the text `good`. */
function sourceWith(answer: () => Response | Promise<Response>, lifetime = 365 * 24 * HOUR) {
  const state = { now: 1_000_000, fetches: [] as unknown[], answer };
  const fetch: typeof globalThis.fetch = (input, init) => {
    expect(init).toMatchObject({ redirect: 'manual', signal: expect.any(AbortSignal) as AbortSignal });
    state.fetches.push(input);
    return Promise.resolve().then(() => state.answer());
  };
  const validUntil = state.now + lifetime;
  const judge = (pem: string): ChainJudgement =>
    pem === 'good' ? { outcome: 'trusted', leaf, validUntil } : { outcome: 'refused', flaw: 'untrusted' };
  return { state, source: new CertificateSource({ now: () => state.now, fetch }, judge) };
}

const good = () => new Response('good');
const found = { outcome: 'found', certificate: leaf };
const refused = { outcome: 'refused' };
const unavailable = {
  outcome: 'unavailable',
  reason: expect.stringMatching(/^The certificate host/) as string,
};

describe('CertificateSource', () => {
  it('fetches once, for all who ask at the same time and for who asks later', async () => {
    const { source, state } = sourceWith(good);
    expect(await Promise.all([source.find(URL_ONE), source.find(URL_ONE)])).toEqual([found, found]);
    state.now += 24 * HOUR;
    expect(await source.find(URL_ONE)).toEqual(found);
    expect(state.fetches).toEqual([URL_ONE]);
  });

  it('fetches again after a day', async () => {
    const { source, state } = sourceWith(good);
    await source.find(URL_ONE);
    state.now += 24 * HOUR + 1;
    expect(await source.find(URL_ONE)).toEqual(found);
    expect(state.fetches).toHaveLength(2);
  });

  it('fetches again once the certificate has expired', async () => {
    const { source, state } = sourceWith(good, HOUR);
    await source.find(URL_ONE);
    state.now += HOUR + 1;
    await source.find(URL_ONE);
    expect(state.fetches).toHaveLength(2);
  });

  it.each([500, 503, 429, 408])('may find it later if the host answers %d', async (status) => {
    const { source, state } = sourceWith(() => new Response('', { status }));
    expect(await source.find(URL_ONE)).toEqual(unavailable);
    state.answer = good;
    expect(await source.find(URL_ONE)).toEqual(unavailable);
    expect(state.fetches).toHaveLength(1);
    state.now += 10_001;
    expect(await source.find(URL_ONE)).toEqual(found);
  });

  it('may find it later if the host is down or silent', async () => {
    for (const error of [new TypeError('fetch failed'), new DOMException('timed out', 'TimeoutError')]) {
      const { source } = sourceWith(() => Promise.reject(error));
      expect(await source.find(URL_ONE)).toEqual(unavailable);
    }
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    expect(await sourceWith(() => new Response(broken)).source.find(URL_ONE)).toEqual(unavailable);
  });

  it.each([301, 302, 307, 400, 403, 404])('takes %d for no certificate', async (status) => {
    const headers = { location: 'https://evil.example.com/' };
    const { source, state } = sourceWith(() => new Response(null, { status, headers }));
    expect(await source.find(URL_ONE)).toEqual(refused);
    expect(await source.find(URL_ONE)).toEqual(refused);
    expect(state.fetches).toHaveLength(1);
  });

  it('takes an untrusted or empty text for no certificate', async () => {
    expect(await sourceWith(() => new Response('bad')).source.find(URL_ONE)).toEqual(refused);
    expect(await sourceWith(() => new Response(null)).source.find(URL_ONE)).toEqual(refused);
  });

  it('reads no more than 64 KB', async () => {
    let sent = 0;
    const large = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
        if (sent >= 1024 * 1024) controller.close();
      },
    });
    expect(await sourceWith(() => new Response(large)).source.find(URL_ONE)).toEqual(refused);
    expect(sent).toBeLessThan(70 * 1024);
  });

  it('keeps the real address however many are invented', async () => {
    const { source, state } = sourceWith(good);
    await source.find(URL_ONE);
    state.answer = () => new Response('', { status: 404 });
    for (let number = 0; number < 50; number++)
      await source.find(`https://certificates.example.com/x${number}`);
    expect(await source.find(URL_ONE)).toEqual(found);
    expect(state.fetches).toHaveLength(51);
  });

  it('keeps twenty addresses, and fetches eight at once', async () => {
    const { source, state } = sourceWith(good);
    const at = (number: number) => `https://certificates.example.com/${number}`;
    for (let number = 0; number < 21; number++) await source.find(at(number));
    await source.find(at(20));
    expect(state.fetches).toHaveLength(21);
    await source.find(at(0));
    expect(state.fetches).toHaveLength(22);

    const flood = sourceWith(good);
    const findings = await Promise.all(
      Array.from({ length: 9 }, (_, number) => flood.source.find(at(number))),
    );
    expect(findings.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(8).fill('found'),
      'unavailable',
    ]);
  });
});
