import type { FastifyInstance } from 'fastify';
import { problemOf } from '../platform/http/index.js';
import { countAnswer, countRefusal, expectRefusals, OTHER } from '../platform/metrics/index.js';
import { WEBHOOK_ROUTE } from './admission.js';
import type { ProviderRegistry } from './provider-registry.js';
import { refusalReason, REFUSALS, STRAY_REFUSALS } from './refusal-reason.js';
import type { WebhookRequest } from './signature.guard.js';

/** Counts every answer to a webhook, wherever it was decided on. Providers that there are not share one label. */
export function addRequestMetrics(fastify: FastifyInstance, registry: ProviderRegistry): void {
  expectRefusals(OTHER, STRAY_REFUSALS);
  for (const [name, { verifier }] of registry) {
    expectRefusals(name, verifier.configured ? REFUSALS : ['unconfigured']);
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    // A sender that no longer waits was not acknowledged, and nothing else tells of it. Strangers may do as they like.
    reply.raw.once('close', () => {
      const { verified } = request as Partial<WebhookRequest>;
      if (verified !== undefined && !reply.raw.writableFinished) {
        countRefusal(verified.provider.name, 'given_up');
      }
    });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.routeOptions.url === WEBHOOK_ROUTE) {
      const { provider: name } = request.params as { provider: string };
      const provider = registry.has(name) ? name : OTHER;
      const { statusCode, elapsedTime } = reply;
      countAnswer(provider, statusCode, elapsedTime / 1_000);
      if (statusCode >= 400) countRefusal(provider, refusalReason(statusCode, problemOf(reply)));
    }
    done();
  });
}
