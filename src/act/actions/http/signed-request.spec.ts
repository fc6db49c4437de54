import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signRequest } from './signed-request.js';

const key = randomBytes(32);
const signer = new Webhook(`whsec_${key.toString('base64')}`);
const NOW = new Date('2026-03-01T12:00:00.999Z');
const sign = (body: unknown, headers?: unknown) => signRequest(body, headers, 'run:step', signer, NOW);

describe('a signed request', () => {
  it('has id, time and body under an HMAC, by the words of Standard Webhooks', () => {
    const { headers, body } = sign({ größe: '\ud83d\ude00' });
    expect(body).toBe('{"größe":"\ud83d\ude00"}');
    const expected = createHmac('sha256', key).update(`run:step.1772366400.${body}`).digest('base64');
    expect(headers).toEqual({
      'content-type': 'application/json',
      'idempotency-key': 'run:step',
      'webhook-id': 'run:step',
      'webhook-timestamp': '1772366400',
      'webhook-signature': `v1,${expected}`,
    });
  });

  it.each([
    [null, 'null'],
    [0, '0'],
    ['', '""'],
    [[], '[]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['\ud800', '"\\ud800"'],
  ])('may have the body %j', (given, body) => {
    expect(sign(given).body).toBe(body);
  });

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;

  it.each([[undefined], [() => 1], [Symbol('x')], [10n], [{ n: 10n }], [cyclic]])(
    'has no body %p',
    (body) => {
      expect(() => sign(body)).toThrow(expect.objectContaining({ code: 'input_invalid' }) as Error);
    },
  );

  it('has the headers of the workflow, too', () => {
    const { headers } = sign({}, { 'X-Source': 'events', Authorization: 'Bearer é\t1', accept: '' });
    expect(headers).toMatchObject({ 'x-source': 'events', authorization: 'Bearer é\t1', accept: '' });
  });

  it.each([
    ...['Content-Type', 'content-length', 'content-encoding', 'HOST', 'Idempotency-Key', 'webhook-id'],
    ...['Webhook-Signature', 'webhook-anything', 'connection', 'Transfer-Encoding', 'upgrade', 'expect'],
    ...['te', 'trailer', 'keep-alive', 'Proxy-Authorization'],
  ])('has no %s of the workflow', (name) => {
    expect(() => sign({}, { [name]: 'x' })).toThrow(
      expect.objectContaining({
        code: 'input_invalid',
        message: `The header ${name} is not a workflow's to set`,
      }) as Error,
    );
  });

  it.each([
    [{ '': 'x' }],
    [{ 'a b': 'x' }],
    [{ 'a:': 'x' }],
    [{ größe: 'x' }],
    [{ a: 'x\r\nhost: y' }],
    [{ a: 'x\n' }],
    [{ a: 'x\0' }],
    [{ a: '✓' }],
    [{ a: 1 }],
    [{ a: ['x'] }],
    [{ a: undefined }],
    ['a: x'],
    [null],
  ])('has no headers %j', (headers) => {
    expect(() => sign({}, headers)).toThrow(expect.objectContaining({ code: 'input_invalid' }) as Error);
  });
});
