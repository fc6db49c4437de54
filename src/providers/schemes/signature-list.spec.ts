import { parseSignatureList } from './signature-list.js';

const FORM = { separator: ';', time: 'ts', signature: 'h1' };
const [ONE, OTHER] = ['1'.repeat(64), '2'.repeat(64)];
const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('parseSignatureList', () => {
  it.each<[string, string[]]>([
    [`ts=1772366400;h1=${ONE}`, [ONE]],
    [`h1=${ONE};ts=1772366400;h1=${OTHER}`, [ONE, OTHER]],
    [`ts=1772366400;h0=abc;h1=${OTHER};h2=x=y`, [OTHER]],
  ])('reads %s', (header, signatures) => {
    expect(parseSignatureList(header, FORM)).toEqual({
      outcome: 'parsed',
      time: '1772366400',
      signatures: signatures.map(bytes),
    });
  });

  it.each([
    ['ts=1772366400', 'signature_missing'],
    [`ts=1772366400;h2=${ONE}`, 'signature_missing'],
    ['ts=1772366400;h1=', 'signature_malformed'],
    [`ts=1772366400;h1=;h1=${ONE}`, 'signature_malformed'],
    [`ts=1772366400;h1=${ONE};h1=${OTHER}0`, 'signature_malformed'],
    [`h1=${ONE}`, 'signature_malformed'],
    [`ts=1772366400;ts=1772366400;h1=${ONE}`, 'signature_malformed'],
    [`ts=;h1=${ONE}`, 'signature_malformed'],
    [`ts=1e9;h1=${ONE}`, 'signature_malformed'],
    [`ts=1772366400;h1=${ONE};`, 'signature_malformed'],
    [`ts=1772366400; h1=${ONE}`, 'signature_malformed'],
    [`ts=1772366400;h1=${ONE}, ts=1772366400;h1=${ONE}`, 'signature_malformed'],
    [`ts=1772366400,h1=${ONE}`, 'signature_malformed'],
  ])('refuses %s', (header, reason) => {
    expect(parseSignatureList(header, FORM)).toEqual({ outcome: 'refused', reason });
  });
});
