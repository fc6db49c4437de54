import { readReply } from './reply.js';

const REPLY = Buffer.from(
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 14\r\n\r\n{"status":503}',
);

describe('a reply', () => {
  it('is read when it is whole', () => {
    expect(readReply(REPLY)).toEqual({ status: 503, retryAfterSeconds: 2, length: REPLY.length });
    expect(readReply(Buffer.concat([REPLY, Buffer.from('HTTP/1.1 200')]))?.length).toBe(REPLY.length);
  });

  it('is nothing before', () => {
    for (let end = 0; end < REPLY.length; end++) expect(readReply(REPLY.subarray(0, end))).toBeUndefined();
  });

  it('must say how long it is', () => {
    expect(() => readReply(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('how long');
  });
});
