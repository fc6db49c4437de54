import { environment, webhookId } from './settings.js';

describe('PAYPAL_WEBHOOK_ID', () => {
  it.each([
    ['8PT597110X687430LKGECATA', '8PT597110X687430LKGECATA'],
    [' 8PT597110X687430LKGECATA ', '8PT597110X687430LKGECATA'],
    ['', ''],
  ])('may be %j', (text, value) => {
    expect(webhookId.parse(text)).toEqual({ ok: true, value });
  });

  it.each(['WEBHOOK_ID', ' webhook_id ', 'a|b', 'a b', 'a\u0000', 'x'.repeat(65)])(
    'may not be %.20j',
    (text) => {
      expect(webhookId.parse(text)).toEqual({
        ok: false,
        fault: expect.stringMatching(/^must be/) as string,
      });
    },
  );

  it('says what is wrong with the placeholder', () => {
    expect(webhookId.parse('WEBHOOK_ID')).toMatchObject({
      fault: expect.stringMatching(/simulator/) as string,
    });
  });
});

describe('PAYPAL_ENV', () => {
  it('is live unless told otherwise', () => {
    expect(environment.parse(environment.fallback)).toEqual({ ok: true, value: 'live' });
    expect(environment.parse('sandbox')).toEqual({ ok: true, value: 'sandbox' });
    expect(environment.parse('SANDBOX')).toMatchObject({ ok: false });
  });
});
