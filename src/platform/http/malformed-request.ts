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
  // Nobody has to meet an expectation that it does not know (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const fault = faultOfHead(raw);
    done(fault === undefined ? undefined : new Problem(400, 'Bad Request', { detail: fault }));
  });
}

/** None or two of Host: RFC 9112, section 3.2. */
function faultOfHead({ httpVersion, headers, rawHeaders }: IncomingMessage): string | undefined {
  if (httpVersion === '1.1' && headers.host === undefined) return 'Send a Host header';
  const doubled = findDoubledHeader(rawHeaders);
  return doubled === undefined ? undefined : `Send one ${doubled} header`;
}
