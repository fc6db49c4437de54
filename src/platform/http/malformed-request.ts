import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CORRELATION_HEADER } from './correlation.js';
import { findDoubledHeader } from './doubled-header.js';
import { Problem, problemDetails } from './problem.js';

/** What Node's HTTP parser finds wrong, where it has a status of its own. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Header lines of a request. Apache takes as many, and no provider sends a quarter of it. */
const MOST_HEADERS = 100;

/** Milliseconds that a sender has to read the answer and to end its side; one that goes on sending never would. */
const LINGER_MS = 1_000;

/** Answers what is not HTTP, or not within the limits, and so never becomes a request. For Fastify. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE[error.code ?? ''] ?? 400;
  const correlationId = randomUUID();
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify(problemDetails(new Problem(status, title), correlationId));
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      `${CORRELATION_HEADER}: ${correlationId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

/** Answers a path that cannot be decoded, or is too long for any of ours: nothing is there. For Fastify. */
export function answerUnroutable(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const details = problemDetails(new Problem(404, 'Not Found'), request.id);
  void reply
    .header(CORRELATION_HEADER, request.id)
    .code(404)
    .type('application/problem+json')
    .send(JSON.stringify(details));
}

/**
 * Takes over what Node would answer by itself, with neither a body nor a correlation id, and refuses what Node would
 * let pass though it can be read in two ways.
 */
export function takeEveryRequest(fastify: FastifyInstance): void {
  const { server } = fastify;
  // Node would drop the headers beyond its limit and say nothing: one of them might be a second signature.
  server.maxHeadersCount = 0;
  // Nobody has to meet an expectation that it does not know (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    // We speak nothing else, and go on in HTTP/1.1 (RFC 9110, section 7.8). But behind such a request Node's parser drops
    // what has come already; who is told that the connection closes, knows that it was not read (RFC 9112, 9.3.2).
    if (raw.headers.upgrade !== undefined) void reply.header('connection', 'close');
    done(refusalOf(raw));
  });
}

function refusalOf({ httpVersion, headers, rawHeaders }: IncomingMessage): Problem | undefined {
  // Names and values.
  if (rawHeaders.length > 2 * MOST_HEADERS) {
    const detail = `Send up to ${MOST_HEADERS} headers`;
    return new Problem(431, 'Request Header Fields Too Large', { detail });
  }
  // None or two of Host: RFC 9112, section 3.2.
  if (httpVersion === '1.1' && headers.host === undefined) {
    return new Problem(400, 'Bad Request', { detail: 'Send a Host header' });
  }
  const doubled = findDoubledHeader(rawHeaders);
  return doubled === undefined
    ? undefined
    : new Problem(400, 'Bad Request', { detail: `Send one ${doubled} header` });
}
