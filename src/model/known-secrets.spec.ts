import { knownSecrets } from './known-secrets.js';

const setting = knownSecrets({ name: 'NAME', description: 'What it is for.' });

describe('known secrets', () => {
  it.each([
    ['', []],
    [' , ', []],
    ['stripe=whsec_a', [{ provider: 'stripe', name: 'retired', secret: 'whsec_a' }]],
    [
      ' stripe:test= b= , standard-webhooks:old-2=c:d=e ',
      [
        { provider: 'stripe', name: 'test', secret: 'b=' },
        { provider: 'standard-webhooks', name: 'old-2', secret: 'c:d=e' },
      ],
    ],
  ])('are read from %j', (text, value) => {
    expect(setting.parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    'whsec_hidden',
    'stripe=',
    'stripe= ',
    'stripe:=hidden',
    'Stripe=hidden',
    'stripe=a,hidden',
    'stripe :test=hidden',
  ])('are not read from %j, and not shown', (text) => {
    const parsed = setting.parse(text);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('hidden');
  });

  it('are a secret', () => {
    expect(setting.secret).toBe(true);
  });
});
