import { Writable } from 'node:stream';
import winston from 'winston';
import { elasticCommonSchema } from './elastic-common-schema.js';
import { readable } from './readable.js';

const WARN = '\x1B[33mwarn\x1B[39m';

/** The line on a terminal, without its colours and the time. */
function shown(message: string, fields: Record<string, unknown>): string {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const service = { name: 'shop-hooks', environment: 'test', node: 'worker' };
  winston
    .createLogger({
      format: elasticCommonSchema(service),
      transports: new winston.transports.Stream({ stream, format: readable() }),
    })
    .warn(message, fields);
  const [before, after = ''] = text.trimEnd().split(WARN);
  expect(before).toMatch(/^\d\d:\d\d:\d\d\.\d{3} $/);
  return after.trimStart();
}

describe('a line on a terminal', () => {
  it('has what happened, and what there is to know about it', () => {
    const fields = { provider: 'stripe', faults: [{ path: '/id' }], correlationId: 'c-1', text: 'two words' };
    expect(shown('Delivery refused', fields)).toBe(
      'Delivery refused provider=stripe faults=[{"path":"/id"}] text="two words" http.request.id=c-1',
    );
  });

  it('has nothing of what is not known', () => {
    const fields = { runs: undefined, correlationId: undefined, error: undefined, provider: 'stripe' };
    expect(shown('Delivery recorded', fields)).toBe('Delivery recorded provider=stripe');
  });

  it('has errors as everything else', () => {
    expect(shown('Odd', { error: new TypeError('not a function') })).toBe(
      'Odd error={"type":"TypeError","message":"not a function"}',
    );
  });

  it('gives the terminal no orders of strangers', () => {
    expect(shown('a\x1B[2Jb', { text: 'c\x1B[31m\nd' })).toBe('a\\u001b[2Jb text="c\\u001b[31m\\nd"');
    expect(shown('a\x9B2Jb\n', { branch: 'c\x9B31m\u202Ed\x7F' })).toBe(
      'a\\u009b2Jb\\u000a branch="c\\u009b31m\\u202ed\\u007f"',
    );
  });
});
