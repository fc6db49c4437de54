import { signingKey, signingSecret, signingSecrets } from './signing-secret.js';

const described = { name: 'NAME', description: 'What it is for.' };
const base64 = (bytes: number) => Buffer.alloc(bytes, 0xfb).toString('base64');

describe('signingKey', () => {
  it('is what stands behind the prefix, or the whole', () => {
    expect(signingKey(`whsec_${base64(32)}`)).toEqual(Buffer.alloc(32, 0xfb));
    expect(signingKey(base64(24))).toEqual(Buffer.alloc(24, 0xfb));
  });
});

describe('signingSecret', () => {
  const setting = signingSecret({ ...described, generated: true });

  it.each(['', base64(24), base64(25), base64(64), `whsec_${base64(32)}`])('takes %j', (given) => {
    expect(setting.parse(given)).toEqual({ ok: true, value: given });
  });

  it.each([
    'whsec_',
    base64(23),
    base64(65),
    `WHSEC_${base64(32)}`,
    `whsec_whsec_${base64(32)}`,
    base64(32).replace('=', ''),
    Buffer.alloc(33, 0xfb).toString('base64url'),
    `${base64(33)} `,
    'correct horse battery staple battery',
  ])('refuses %j', (given) => {
    expect(setting.parse(given)).toEqual({
      ok: false,
      fault: 'must be base64 of 24 to 64 bytes, with or without whsec_ before it',
    });
  });

  it('is a secret, and takes what it writes', () => {
    expect(setting).toMatchObject({ secret: true, generated: true });
    const fresh = setting.writeFresh?.(Buffer.alloc(32, 0xfb)) ?? '';
    expect(fresh).toBe(`whsec_${base64(32)}`);
    expect(setting.parse(fresh)).toEqual({ ok: true, value: fresh });
  });
});

describe('signingSecrets', () => {
  const setting = signingSecrets(described);

  it.each<[string, string[]]>([
    ['', []],
    [' , ', []],
    [base64(24), [base64(24)]],
    [` whsec_${base64(75)} ,, ${base64(32)} `, [`whsec_${base64(75)}`, base64(32)]],
  ])('reads %j', (given, value) => {
    expect(setting.parse(given)).toEqual({ ok: true, value });
  });

  it.each(['whsec_', base64(23), base64(76), `${base64(32)},whsec_`, `${base64(32)} ${base64(32)}`])(
    'refuses %j',
    (given) => {
      expect(setting.parse(given)).toEqual({
        ok: false,
        fault: 'must be base64 of 24 to 75 bytes each, with or without whsec_ before it',
      });
    },
  );

  it('are secret, take what they write, and are not generated', () => {
    expect(setting).toMatchObject({ secret: true, generated: false });
    const fresh = setting.writeFresh?.(Buffer.alloc(32, 0xfb)) ?? '';
    expect(setting.parse(fresh)).toEqual({ ok: true, value: [`whsec_${base64(32)}`] });
  });
});
