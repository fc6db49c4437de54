import {
  BadRequestException,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Module,
  Post,
  Req,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import pg from 'pg';
import winston from 'winston';
import {
  addCorrelation,
  answerMalformed,
  answerUnroutable,
  correlationIdOf,
  keepRawBodies,
  Problem,
  ProblemFilter,
} from './index.js';

function databaseError(code: string): Error {
  return Object.assign(new pg.DatabaseError('secret of the database', 0, 'error'), { code });
}

const THROWN: Readonly<Record<string, () => unknown>> = {
  problem: () =>
    new Problem(429, 'Too many', {
      detail: 'Slower, please',
      retryAfter: 7,
      headers: { 'x-limit': '10' },
      extensions: { reason: 'rate' },
    }),
  forbidden: () => new ForbiddenException('Not yours'),
  faulty: () => new BadRequestException(['limit must be an integer', 'cursor must be a UUID']),
  plain: () => new HttpException('No tea here', 418),
  away: () => databaseError('57P01'),
  refused: () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  ours: () => databaseError('42P01'),
  bug: () => new TypeError('secret of the code'),
  text: () => 'secret text',
  nothing: () => undefined,
  teapot: () => Object.assign(new Error('secret of Fastify'), { statusCode: 413 }),
  strange: () => Object.assign(new Error('secret'), { statusCode: 200 }),
};

@Controller()
class Throwing {
  @Get('thrown/:name')
  throw(@Req() { params }: FastifyRequest<{ Params: { name: string } }>): void {
    throw THROWN[params.name]?.();
  }

  @Post('body')
  body(@Req() { body }: FastifyRequest) {
    return { bytes: (body as Buffer).toString('hex') };
  }
}

@Module({ controllers: [Throwing] })
class ThrowingModule {}

let app: NestFastifyApplication;
let lines: Record<string, unknown>[];

beforeAll(async () => {
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = winston.createLogger({ transports: new winston.transports.Stream({ stream }) });
  const adapter = new FastifyAdapter({
    genReqId: correlationIdOf,
    clientErrorHandler: answerMalformed,
    frameworkErrors: answerUnroutable,
    bodyLimit: 10,
  });
  app = await NestFactory.create<NestFastifyApplication>(ThrowingModule, adapter, {
    bodyParser: false,
    logger: false,
  });
  keepRawBodies(adapter.getInstance());
  addCorrelation(adapter.getInstance());
  app.useGlobalFilters(new ProblemFilter(logger));
  await app.listen(0, '127.0.0.1');
});

beforeEach(() => (lines = []));
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

describe('a refusal', () => {
  it('is a problem with all that it says', async () => {
    const reply = await get('/thrown/problem');
    expect(reply.statusCode).toBe(429);
    expect(reply.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/problem\+json/) as string,
      'retry-after': '7',
      'x-limit': '10',
    });
    expect(reply.json()).toEqual({
      type: 'about:blank',
      status: 429,
      title: 'Too many',
      detail: 'Slower, please',
      reason: 'rate',
      correlationId: reply.headers['x-correlation-id'],
    });
  });

  it.each([
    ['/thrown/forbidden', 403, { title: 'Forbidden', detail: 'Not yours' }],
    ['/thrown/plain', 418, { title: "I'm a Teapot", detail: 'No tea here' }],
    [
      '/thrown/faulty',
      400,
      { errors: [{ message: 'limit must be an integer' }, { message: 'cursor must be a UUID' }] },
    ],
    ['/thrown/teapot', 413, { title: 'Payload Too Large' }],
    ['/no/such/path', 404, { title: 'Not Found' }],
    ['/%', 404, { title: 'Not Found' }],
  ])('of %s is a problem with status %i', async (url, status, problem) => {
    const reply = await get(url);
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(reply.json()).toMatchObject({ status, type: 'about:blank', ...problem });
    expect(reply.body).not.toContain('secret');
    expect(lines).toEqual([]);
  });

  it.each(['away', 'refused'])('for want of the database (%s) is 503, to be tried again', async (name) => {
    const reply = await get(`/thrown/${name}`);
    expect(reply.statusCode).toBe(503);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect(reply.body).not.toContain('secret');
  });

  it.each(['ours', 'bug', 'text', 'nothing', 'strange'])(
    'for a fault of ours (%s) is 500, told to the log and to nobody else',
    async (name) => {
      const reply = await get(`/thrown/${name}`);
      expect(reply.statusCode).toBe(500);
      const correlationId = reply.headers['x-correlation-id'];
      expect(reply.json()).toEqual({
        type: 'about:blank',
        status: 500,
        title: 'Internal error',
        correlationId,
      });
      expect(lines).toMatchObject([{ level: 'error', correlationId, path: `/thrown/${name}` }]);
    },
  );
});

describe('a correlation id', () => {
  it.each(['caller-42', 'a.b_c-1234', 'x'.repeat(64)])(
    "is the caller's, if it is well formed: %j",
    async (given) => {
      const reply = await get('/thrown/plain', { 'x-correlation-id': given });
      expect(reply.headers['x-correlation-id']).toBe(given);
      expect(reply.json()).toMatchObject({ correlationId: given });
    },
  );

  it.each(['', 'short', 'x'.repeat(65), 'a b c d e f', 'ab"},{"level":"x', 'größer-als'])(
    'is a new one in place of %j',
    async (given) => {
      const reply = await get('/thrown/forbidden', { 'x-correlation-id': given });
      expect(reply.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is new for each request, and in its problem', async () => {
    const replies = await Promise.all([1, 2, 3].map(() => get('/thrown/forbidden')));
    const ids = replies.map(({ headers }) => headers['x-correlation-id']);
    expect(new Set(ids).size).toBe(3);
    expect(replies.map((reply) => reply.json<{ correlationId: string }>().correlationId)).toEqual(ids);
  });
});

describe('a body', () => {
  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'of %s stays the bytes that were sent',
    async (type) => {
      const payload = Buffer.from('7b20ff0d0a7d', 'hex');
      const reply = await app.inject({
        method: 'POST',
        url: '/body',
        headers: { 'content-type': type },
        payload,
      });
      expect(reply.json()).toEqual({ bytes: '7b20ff0d0a7d' });
    },
  );

  it('that is too large is a problem', async () => {
    const payload = Buffer.alloc(11);
    const headers = { 'content-type': 'application/json' };
    const reply = await app.inject({ method: 'POST', url: '/body', headers, payload });
    expect(reply.json()).toMatchObject({ status: 413, correlationId: expect.any(String) as string });
  });
});

describe('what is not HTTP', () => {
  async function exchange(sent: string): Promise<string> {
    const { port } = app.getHttpServer().address() as { port: number };
    const socket = connect(port, '127.0.0.1').setEncoding('utf8').end(sent);
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    return received;
  }

  it.each([
    ['no request at all\r\n\r\n', 400, 'Bad Request'],
    ['GET / HTTP/1.1\r\nhost: x\r\ncontent-length: one\r\n\r\n', 400, 'Bad Request'],
    [
      `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
  ])('is answered with a problem: %.30j', async (sent, status, title) => {
    const [head = '', body = ''] = (await exchange(sent)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} ${title}\r\n`));
    expect(head).toMatch(/content-type: application\/problem\+json/);
    expect(head).toMatch(new RegExp(`content-length: ${Buffer.byteLength(body)}`));
    const problem = JSON.parse(body) as Record<string, unknown>;
    expect(problem).toMatchObject({ status, title });
    expect(head).toContain(`x-correlation-id: ${String(problem['correlationId'])}`);
  });
});
