import { WireCounter } from './wire-counter.js';

function message(type: string, body: string): Buffer {
  const content = Buffer.from(body, 'latin1');
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const STARTUP = Buffer.concat([Buffer.from([0, 0, 0, 9]), Buffer.from('\0\u0003\0\0\0', 'latin1')]);
const bind = (statement: string): Buffer => message('B', `\0${statement}\0${'S'.repeat(200)}`);
const executed = (statement: string): Buffer =>
  Buffer.concat([bind(statement), message('D', 'P\0'), message('E', '\0\0\0\0\0'), message('S', '')]);

const CONVERSATION = Buffer.concat([
  STARTUP,
  message('p', 'QSBQSB'),
  message('Q', 'BEGIN\0'),
  Buffer.concat([message('P', 'record\0INSERT Q S B\0'), executed('record')]),
  executed('record'),
  executed(''),
  message('Q', 'COMMIT\0'),
  message('X', ''),
]);

describe('what a client says to PostgreSQL', () => {
  it.each([1, 2, 3, 7, 64, CONVERSATION.length])('is counted when it comes in pieces of %d bytes', (size) => {
    const counter = new WireCounter();
    for (let at = 0; at < CONVERSATION.length; at += size) counter.read(CONVERSATION.subarray(at, at + size));
    expect(counter.roundTrips).toBe(5);
    expect(Object.fromEntries(counter.statements)).toEqual({
      BEGIN: 1,
      COMMIT: 1,
      record: 2,
      'without a name': 1,
    });
  });
});
