import { REFUSAL_REASONS } from '../../src/model/index.js';
import type { TestService } from '../support/service.js';

/** Reasons for a refusal that the verifier gives, or what stands behind it. */
const AT_THE_VERIFIER = new Set<string>([...REFUSAL_REASONS, 'invalid', 'replayed', 'unstorable']);

/** How many deliveries have reached the verifier by the metrics of the service: copies and real ones, too. */
export async function countAtVerifier(service: TestService): Promise<number> {
  const text = await (await service.get('/metrics')).text();
  const refused = /^integration_deliveries_refused_total\{.*reason="(\w+)".*\} (\d+)$/gm;
  const taken = /^integration_webhook_requests_total\{.*code="2\d\d".*\} (\d+)$/gm;
  const refusals = [...text.matchAll(refused)].filter(([, reason = '']) => AT_THE_VERIFIER.has(reason));
  return sum(refusals.map(([, , count]) => count)) + sum([...text.matchAll(taken)].map(([, count]) => count));
}

function sum(counts: readonly (string | undefined)[]): number {
  return counts.reduce((total, count) => total + Number(count), 0);
}
