import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { mediaTypeOf, type Provider } from '../model/index.js';
import { Problem } from '../platform/http/index.js';
import { BodyBudget } from './body-budget.js';
import type { ProviderRegistry, RegisteredProvider } from './provider-registry.js';

/** Seconds after which a sender may try a provider again that is not configured. */
const UNCONFIGURED_RETRY_SECONDS = 300;

/** Seconds after which a sender may try again that came while too many bodies were on their way. */
const OVERLOAD_RETRY_SECONDS = 2;

/** Bytes of bodies at the same time: ten of the largest, or some hundred thousand usual ones. */
const BODY_BUDGET = 256 * 1024 * 1024;

/** What a provider sends that says nothing else. */
const JSON_ONLY: readonly string[] = ['application/json'];

const UTF8 = /^charset=(?:utf-?8|"utf-?8")$/;

const WEBHOOK_ROUTE = '/webhooks/:provider';

/**
 * Refuses what can be refused by the head of a request, before its body is read, and what would be too much
 * beside the bodies that are on their way already.
 */
export function addAdmission(fastify: FastifyInstance, registry: ProviderRegistry): void {
  const largest = Math.max(...[...registry.values()].map(({ provider }) => provider.bodyLimit));
  const budget = new BodyBudget(BODY_BUDGET);
  fastify.addHook('onRoute', (route) => {
    if (route.url === WEBHOOK_ROUTE) route.bodyLimit = largest;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      if (request.routeOptions.url === WEBHOOK_ROUTE) admit(request, reply, registry, budget);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws {Problem} */
function admit(
  { params, headers }: FastifyRequest,
  reply: FastifyReply,
  registry: ProviderRegistry,
  budget: BodyBudget,
): void {
  const { provider } = findProvider((params as { provider: string }).provider, registry);
  checkContent(headers, provider);
  // A body in chunks does not say how long it will be.
  const bytes = Number(headers['content-length'] ?? (headers['transfer-encoding'] ? provider.bodyLimit : 0));
  checkSize(bytes, provider);
  if (!budget.take(bytes)) {
    throw new Problem(503, 'Overloaded', {
      detail: 'Too many bodies are on their way',
      retryAfter: OVERLOAD_RETRY_SECONDS,
    });
  }
  // However it ends: answered, cut off or given up.
  reply.raw.once('close', () => budget.give(bytes));
}

/** @throws {Problem} 404 if there is no such provider, 503 if it cannot verify anything */
export function findProvider(name: string, registry: ProviderRegistry): RegisteredProvider {
  const registered = registry.get(name);
  if (registered === undefined) {
    throw new Problem(404, 'Unknown provider', { detail: 'No provider of this name takes webhooks here' });
  }
  if (!registered.verifier.configured) {
    throw new Problem(503, 'Provider not configured', {
      detail: `Webhooks of ${name} cannot be verified, for nothing that they are signed with is set`,
      retryAfter: UNCONFIGURED_RETRY_SECONDS,
    });
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
