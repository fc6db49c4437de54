import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Logger } from 'winston';
import { databaseFault } from '../database/index.js';
import { LOGGER } from '../logging/index.js';
import { noteProblem } from './noted-problem.js';
import { Problem, problemDetails } from './problem.js';

/** Seconds after which a sender may try again what failed for want of the database. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Makes every refusal `application/problem+json`, RFC 9457. What a stranger causes is logged without a
 * stack; what is our own fault is logged with it and told to nobody else.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(exception);
    noteProblem(reply, problem);
    if (problem.status === 500) {
      this.logger.error('Request failed', { error: exception, correlationId: request.id, path: request.url });
    }
    if (problem.options.retryAfter !== undefined)
      void reply.header('retry-after', problem.options.retryAfter);
    void reply
      .headers(problem.options.headers ?? {})
      .code(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemDetails(problem, request.id)));
  }
}

function toProblem(exception: unknown): Problem {
  if (exception instanceof Problem) return exception;
  if (exception instanceof HttpException) return fromNest(exception);
  const status = (exception as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem(status, STATUS_CODES[status] ?? 'Request refused');
  }
  if (databaseFault(exception) === 'unavailable') {
    return new Problem(503, 'Database away', {
      reason: 'database_away',
      retryAfter: RETRY_AFTER_SECONDS,
    });
  }
  return new Problem(500, 'Internal error');
}

function fromNest(exception: HttpException): Problem {
  const status = exception.getStatus();
  const response = exception.getResponse();
  const title = STATUS_CODES[status] ?? 'Request refused';
  if (typeof response === 'string') return new Problem(status, title, { detail: response });
  const { message } = response as { message?: unknown };
  return Array.isArray(message)
    ? new Problem(status, title, {
        extensions: { errors: message.map((text) => ({ message: String(text) })) },
      })
    : new Problem(status, title, { ...(typeof message === 'string' && { detail: message }) });
}
