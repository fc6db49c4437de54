import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isTracing, NO_SPAN, parseTraceparent, tracer, type Span } from '../tracing/index.js';

/**
 * Shows requests as spans, from the arrival of their head to the end of the reply. Each begins a trace: what a stranger
 * says of his own is kept as a link, for he does not decide what is sampled here.
 *
 * A span only goes out if somebody keeps it: strangers must not fill the traces.
 *
 * @param route of the requests that are shown
 */
export function traceRequests(fastify: FastifyInstance, route: string): void {
  if (!isTracing()) return;
  const spans = new WeakMap<FastifyRequest, Span>();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url === route) {
      const span = openSpan(request, route);
      if (span !== NO_SPAN) {
        spans.set(request, span);
        // However it ends: answered, or given up by a sender that hangs up.
        reply.raw.once('close', () => endSpan(span, reply));
      }
    }
    done();
  });
  // After the body was read: what is read from a socket runs in the socket's context, not the request's.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.run(done);
  });
}

function endSpan(span: Span, { raw, statusCode }: FastifyReply): void {
  if (raw.writableFinished) {
    span.describe({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) span.fail(String(statusCode));
  } else {
    span.fail('given_up');
  }
  span.end();
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span; the query is left out. */
function openSpan(request: FastifyRequest, route: string): Span {
  const { traceparent } = request.headers;
  const stranger = typeof traceparent === 'string' && parseTraceparent(traceparent) !== undefined;
  return tracer().open(`${request.method} ${route}`, {
    kind: 'server',
    parent: null,
    waits: 'until_kept',
    links: stranger ? [traceparent] : [],
    attributes: {
      'http.request.method': request.method,
      'http.route': route,
      'url.path': request.url.split('?', 1)[0],
      'url.scheme': request.protocol,
      'correlation.id': request.id,
    },
  });
}
