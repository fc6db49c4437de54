import type { Provider } from '../../model/index.js';
import { parseProvidersFile } from './providers-file.js';

/** A definition that has everything it must, and a signed time. */
export const ACME = {
  documentation: 'https://acme.example.org/docs/webhooks',
  signature: {
    header: 'X-Acme-Signature',
    algorithm: 'hmac-sha256',
    encoding: 'hex',
    prefix: 'v1=',
    signed: '{timestamp}.{body}',
  },
  timestamp: { header: 'X-Acme-Timestamp' },
  event: { id: '/id', type: '/type' },
};

/** What is wrong with a file of definitions. */
export function faultsOf(definitions: unknown): readonly string[] {
  return parseProvidersFile(JSON.stringify(definitions), ['stripe', 'square']).faults;
}

/** The provider `acme`, by its definition. */
export function acmeBy(definition: unknown): Provider {
  const { providers, faults } = parseProvidersFile(JSON.stringify({ acme: definition }), []);
  const [provider] = providers;
  if (provider === undefined) throw new Error(faults.join('\n'));
  return provider;
}
