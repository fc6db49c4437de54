import { publicUrl } from './public-url.js';

const PATH = '/webhooks/square';

const urlOf = (url: string, base: string) =>
  publicUrl({ protocol: 'http', host: '10.0.0.7:3001', url }, base);

describe('the address of a request', () => {
  it.each([
    ['', `http://10.0.0.7:3001${PATH}`],
    ['https://x.org', `https://x.org${PATH}`],
    ['https://x.org/', `https://x.org${PATH}`],
    ['https://x.org:8443', `https://x.org:8443${PATH}`],
    ['https://x.org/hooks', `https://x.org/hooks${PATH}`],
    ['https://x.org/hooks/', `https://x.org/hooks${PATH}`],
    ['https://x.org/hooks//', `https://x.org/hooks${PATH}`],
  ])('at the public URL %j is %s', (base, expected) => {
    expect(urlOf(PATH, base)).toBe(expected);
  });

  it.each([
    '?',
    '?a=1&b=2',
    '?next=https://y.org/a?b',
    '?a=%2F%2f+%20&a=',
    '?bodySHA256=5b0e',
    '/',
    '//',
    '/%73quare',
    '?größe=ü',
  ])('keeps what stands behind its path as it was written: %s', (rest) => {
    expect(urlOf(PATH + rest, 'https://x.org/hooks/')).toBe(`https://x.org/hooks${PATH}${rest}`);
    expect(urlOf(PATH + rest, '')).toBe(`http://10.0.0.7:3001${PATH}${rest}`);
  });

  it('that the sender wrote out goes before the Host header', () => {
    expect(urlOf(`HTTP://x.org:8080${PATH}?a=1`, '')).toBe(`HTTP://x.org:8080${PATH}?a=1`);
  });

  it('that the sender wrote out does not go before the public URL', () => {
    expect(urlOf(`http://inner.example${PATH}?a=http://b`, 'https://x.org')).toBe(
      `https://x.org${PATH}?a=http://b`,
    );
  });
});
