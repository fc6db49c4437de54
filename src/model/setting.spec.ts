import { baseUrl, choice, integer, namedUrls, secret, secrets, text, url } from './setting.js';

const described = { name: 'NAME', description: 'What it is for.' };

describe('integer', () => {
  const setting = integer({ ...described, fallback: '5', min: 1, max: 20 });

  it.each([
    ['1', 1],
    ['20', 20],
    ['007', 7],
  ])('takes %j', (given, value) => {
    expect(setting.parse(given)).toEqual({ ok: true, value });
  });

  it.each(['', '0', '21', '-1', '+5', '1.5', '1e1', '0x5', 'five', '5 ', ' 5', '५', '9'.repeat(400)])(
    'refuses %.20j',
    (given) => {
      expect(setting.parse(given)).toEqual({ ok: false, fault: 'must be a whole number from 1 to 20' });
    },
  );
});

describe('choice', () => {
  const setting = choice({ ...described, choices: ['live', 'sandbox', ''] });

  it.each(['live', 'sandbox', ''])('takes %j', (given) => {
    expect(setting.parse(given)).toEqual({ ok: true, value: given });
  });

  it.each(['Live', 'LIVE', 'liv', 'constructor', 'live,sandbox'])('refuses %j', (given) => {
    expect(setting.parse(given)).toEqual({ ok: false, fault: 'must be one of live, sandbox' });
  });
});

describe('url', () => {
  const setting = url({ ...described, protocols: ['redis:', 'rediss:'] });

  it.each(['', 'redis://localhost', 'REDIS://localhost', 'rediss://:p%40ss@host:6380/2'])(
    'takes %j',
    (given) => {
      expect(setting.parse(given)).toEqual({ ok: true, value: given });
    },
  );

  it.each(['localhost', 'localhost:6379', 'http://host', 'redis:', 'redis:host', '//host', 'redis://a b'])(
    'refuses %j',
    (given) => {
      expect(setting.parse(given)).toEqual({
        ok: false,
        fault: 'must be a URL that starts with redis:// or rediss://',
      });
    },
  );

  it('is a secret only when told so', () => {
    expect(setting.secret).toBe(false);
    expect(url({ ...described, protocols: ['redis:'], secret: true }).secret).toBe(true);
  });
});

describe('secret', () => {
  it('is without the white space around it', () => {
    expect(secret(described).parse(' \ts3 cret\n')).toEqual({ ok: true, value: 's3 cret' });
    expect(secret(described).parse('  ')).toEqual({ ok: true, value: '' });
  });

  it('is known as one, and generated only when told so', () => {
    expect(secret(described)).toMatchObject({ secret: true, generated: false });
    expect(secret({ ...described, generated: true })).toMatchObject({ secret: true, generated: true });
  });
});

describe('secrets', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['one', ['one']],
    [' new , old ', ['new', 'old']],
    ['a,,b,', ['a', 'b']],
    ['same,same', ['same', 'same']],
  ])('reads %j as %j', (given, value) => {
    expect(secrets(described).parse(given)).toEqual({ ok: true, value });
  });

  it('are known as secret, and generated only when told so', () => {
    expect(secrets(described)).toMatchObject({ secret: true, generated: false });
    expect(secrets({ ...described, generated: true })).toMatchObject({ secret: true, generated: true });
  });
});

describe('baseUrl', () => {
  const setting = baseUrl({ ...described, protocols: ['https:', 'http:'] });

  it.each(['', 'https://x.org', 'HTTPS://x.org:8443/', 'http://[::1]/hooks'])('takes %j', (given) => {
    expect(setting.parse(given)).toEqual({ ok: true, value: given });
  });

  it.each([
    ['x.org', 'must be a URL that starts with https:// or http://'],
    ['ftp://x.org', 'must be a URL that starts with https:// or http://'],
    ['https://user:hunter2@x.org', 'must be a URL without a user or a password'],
    ['https://x.org/hooks?a=1', 'must be a URL without a query or a fragment'],
    ['https://x.org/#', 'must be a URL without a query or a fragment'],
  ])('refuses %j', (given, fault) => {
    expect(setting.parse(given)).toEqual({ ok: false, fault });
  });
});

describe('namedUrls', () => {
  const setting = namedUrls({ ...described, protocols: ['https:', 'http:'] });

  it.each<[string, Record<string, string>]>([
    ['', {}],
    [' , ', {}],
    ['shop=https://shop.example.org', { shop: 'https://shop.example.org' }],
    [
      'shop=https://shop.example.org/api/ , old-2=http://10.0.0.7:8080,',
      { shop: 'https://shop.example.org/api/', 'old-2': 'http://10.0.0.7:8080' },
    ],
    ['shop=HTTPS://[::1]:8443/a=b', { shop: 'HTTPS://[::1]:8443/a=b' }],
  ])('reads %j', (given, named) => {
    expect(setting.parse(given)).toEqual({ ok: true, value: new Map(Object.entries(named)) });
  });

  const FORM = 'must be name=url, separated by commas, with names of a-z, 0-9 and hyphens';
  const START = 'must have a URL that starts with https:// or http://';

  it.each([
    ['https://shop.example.org', `${FORM}: number 1 is not`],
    ['a=https://a,=https://b', `${FORM}: number 2 is not`],
    ['Shop=https://a', `${FORM}: number 1 is not`],
    ['a b=https://a', `${FORM}: number 1 is not`],
    ['__proto__=https://a', `${FORM}: number 1 is not`],
    ['a=https://a,a=https://b', 'has a twice'],
    ['a=', `${START} for a`],
    ['a=shop.example.org', `${START} for a`],
    ['a=ftp://shop.example.org', `${START} for a`],
    ['a=https://', `${START} for a`],
    ['a=https:shop.example.org', `${START} for a`],
    ['a=https://user:hunter2@b', 'must have a URL without a user or a password for a'],
    ['a=https://user@b', 'must have a URL without a user or a password for a'],
    ['a=https://b?x=1', 'must have a URL without a query or a fragment for a'],
    ['a=https://b/#', 'must have a URL without a query or a fragment for a'],
  ])('refuses %j', (given, fault) => {
    expect(setting.parse(given)).toEqual({ ok: false, fault });
  });

  it('are never printed, for somebody may put a password there', () => {
    expect(setting).toMatchObject({ secret: true, generated: false });
  });
});

describe('text', () => {
  it('takes anything as it is, and is no secret', () => {
    expect(text(described).parse(' Sender <a@b> ')).toEqual({ ok: true, value: ' Sender <a@b> ' });
    expect(text(described)).toMatchObject({ fallback: '', secret: false, generated: false });
  });
});
