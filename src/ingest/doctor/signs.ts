import type { Delivery, Verification } from '../../model/index.js';
import type { ProviderRegistry, RegisteredProvider } from '../provider-registry.js';
import type { Sign } from './diagnosis.js';

/** What a request that nothing makes verify shows by itself. */
export function readSigns(
  delivery: Delivery,
  verification: Verification,
  { provider }: RegisteredProvider,
  registry: ProviderRegistry,
): Sign[] {
  const signs: Sign[] = [];
  const { headers } = delivery;
  const reason = verification.outcome === 'refused' ? verification.reason : undefined;
  const missing = provider.signatureHeaders.filter((name) => (headers[name]?.[0] ?? '') === '');
  const doubled = provider.signatureHeaders.filter((name) => (headers[name]?.length ?? 0) > 1);
  if (reason === 'signature_missing' && missing.length > 0) {
    signs.push({ sign: 'headers_missing', headers: missing });
  }
  if (doubled.length > 0) signs.push({ sign: 'headers_doubled', headers: doubled });
  for (const { provider: other } of registry.values()) {
    const theirs = other.signatureHeaders.filter((name) => !provider.signatureHeaders.includes(name));
    if (other !== provider && theirs.some((name) => headers[name] !== undefined)) {
      signs.push({ sign: 'headers_of_other', provider: other.name });
    }
  }
  const mode = provider.modeOf?.(delivery);
  if (mode !== undefined) {
    signs.push({ sign: 'mode_claimed', mode, settings: provider.settings.map(({ name }) => name) });
  }
  if (verification.outcome === 'unavailable')
    signs.push({ sign: 'verifier_away', reason: verification.reason });
  return signs;
}
