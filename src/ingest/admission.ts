import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { mediaTypeOf, type Provider } from '../model/index.js';
import { Problem } from '../platform/http/index.js';
import { BodyBudget } from './body-budget.js';
import type { FailedVerifications } from './failed-verifications.js';
import { HeapRoom } from './heap-room.js';
import type { ProviderRegistry, RegisteredProvider } from './provider-registry.js';
import { sourceOf } from './source-address.js';

/** Seconds after which a sender may try again that came while too many bodies were on their way. */
const OVERLOAD_RETRY_SECONDS = 2;

/** Bytes of bodies at the same time: ten of the largest, or some hundred thousand usual ones. */
const BODY_BUDGET = 256 * 1024 * 1024;

/** Of that, what one source may take: two senders of the largest bodies do not shut out a third. */
const SOURCE_PORTION = 0.5;

/** What a provider sends that says nothing else. */
const JSON_ONLY: readonly string[] = ['application/json'];

const UTF8 = /^charset=(?:utf-?8|"utf-?8")$/;

/** As the router has it. */
export const WEBHOOK_ROUTE = '/webhooks/:provider';

/** What the admission goes by. */
export interface AdmissionRules {
  readonly registry: ProviderRegistry;
  readonly failures: Pick<FailedVerifications, 'secondsOver'>;
}

/**
 * Refuses what can be refused by the head of a request, before its body is read, and what would be too much
 * beside what is on its way or in hand already.
 */
export function addAdmission(fastify: FastifyInstance, { registry, failures }: AdmissionRules): void {
  const largest = Math.max(...[...registry.values()].map(({ provider }) => provider.bodyLimit));
  const budget = new BodyBudget(BODY_BUDGET, SOURCE_PORTION);
  const heap = new HeapRoom();
  fastify.addHook('onRoute', (route) => {
    if (route.url === WEBHOOK_ROUTE) route.bodyLimit = largest;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      let limit = request.routeOptions.bodyLimit;
      if (request.routeOptions.url === WEBHOOK_ROUTE) {
        if (!heap.hasRoom()) throw overloaded('There is no room for more work');
        limit = admit(request, registry, failures).bodyLimit;
      }
      reserve(request, reply, limit, budget);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws {Problem} */
function admit(
  request: FastifyRequest,
  registry: ProviderRegistry,
  failures: AdmissionRules['failures'],
): Provider {
  const { params, headers } = request;
  const { provider } = findProvider((params as { provider: string }).provider, registry);
  const secondsOver = failures.secondsOver(sourceOf(request));
  if (secondsOver > 0 && isUnsigned(headers, provider)) {
    throw tooManyFailures(provider, secondsOver);
  }
  checkContent(headers, provider);
  checkSize(Number(headers['content-length'] ?? 0), provider);
  return provider;
}

/** Whether its head alone shows that a request cannot verify. */
function isUnsigned(headers: IncomingHttpHeaders, { signatureHeaders }: Provider): boolean {
  return signatureHeaders.length > 0 && signatureHeaders.every((name) => headers[name] === undefined);
}

/** Who demands a status of its own for what does not verify, gets it however often: some test whether they do. */
export function tooManyFailures({ replies }: Provider, retryAfter: number): Problem {
  return new Problem(replies?.refused ?? 429, 'Too many failed verifications', {
    reason: 'over_limit',
    retryAfter,
  });
}

function overloaded(detail: string): Problem {
  return new Problem(503, 'Overloaded', {
    detail,
    reason: 'overloaded',
    retryAfter: OVERLOAD_RETRY_SECONDS,
  });
}

/**
 * @param limit of the body, in bytes: a body in chunks does not say how long it will be
 * @throws {Problem} 503
 */
function reserve(request: FastifyRequest, reply: FastifyReply, limit: number, budget: BodyBudget): void {
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
  if (length === undefined && chunked === undefined) return;
  const give = budget.take(sourceOf(request), Math.min(Number(length ?? limit), limit));
  if (give === undefined) throw overloaded('Too many bodies are on their way');
  // However it ends: answered, cut off or given up.
  reply.raw.once('close', give);
}

/** @throws {Problem} 404 if there is no such provider */
export function findProvider(name: string, registry: ProviderRegistry): RegisteredProvider {
  const registered = registry.get(name);
  if (registered === undefined) {
    throw new Problem(404, 'Unknown provider', { detail: 'No provider of this name takes webhooks here' });
  }
  return registered;
}

/** @throws {Problem} 415 unless the body is of a type that the provider sends, in UTF-8, and sent as it is */
function checkContent(headers: IncomingHttpHeaders, { contentTypes = JSON_ONLY }: Provider): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem(415, 'Unsupported content encoding', { detail: 'Send the body as it is' });
  }
  const contentType = headers['content-type'] ?? '';
  if (!contentTypes.includes(mediaTypeOf(contentType))) {
    throw new Problem(415, 'Unsupported content type', { detail: `Send ${contentTypes.join(' or ')}` });
  }
  const parameters = contentType.toLowerCase().split(';').slice(1);
  const charsets = parameters.map((text) => text.trim()).filter((text) => text.startsWith('charset='));
  if (!charsets.every((charset) => UTF8.test(charset))) {
    throw new Problem(415, 'Unsupported charset', { detail: 'Send UTF-8' });
  }
}

/** @throws {Problem} 413 */
export function checkSize(bytes: number, { name, bodyLimit }: Provider): void {
  if (bytes > bodyLimit) {
    throw new Problem(413, 'Body too large', { detail: `${name} may send ${bodyLimit} bytes` });
  }
}
