import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { Provider } from '../model/index.js';
import { Problem } from '../platform/http/index.js';
import type { ProviderRegistry, RegisteredProvider } from './provider-registry.js';

/** Seconds after which a sender may try a provider again that is not configured. */
const UNCONFIGURED_RETRY_SECONDS = 300;

const WEBHOOK_PATH = /^\/webhooks\/([^/?]+)\/?(?:\?|$)/;

/** Refuses what can be refused by the head of a request, before its body is read. */
export function addAdmission(fastify: FastifyInstance, registry: ProviderRegistry): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      admit(request, registry);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws {Problem} */
function admit({ method, url, headers }: FastifyRequest, registry: ProviderRegistry): void {
  const name = method === 'POST' ? WEBHOOK_PATH.exec(url)?.[1] : undefined;
  if (name === undefined) return;
  const { provider } = findProvider(name, registry);
  checkContent(headers);
  checkSize(Number(headers['content-length'] ?? 0), provider);
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

/** @throws {Problem} 415 unless the body is JSON in UTF-8, sent as it is */
function checkContent(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem(415, 'Unsupported content encoding', { detail: 'Send the body as it is' });
  }
  const [type, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (type?.trim() !== 'application/json') {
    throw new Problem(415, 'Unsupported content type', { detail: 'Send application/json' });
  }
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new Problem(415, 'Unsupported charset', { detail: 'Send UTF-8' });
  }
}

/** @throws {Problem} 413 */
export function checkSize(bytes: number, { name, bodyLimit }: Provider): void {
  if (bytes > bodyLimit) {
    throw new Problem(413, 'Body too large', { detail: `${name} may send ${bodyLimit} bytes` });
  }
}
