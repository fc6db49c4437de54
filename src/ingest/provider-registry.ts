import type { Provider, ReadSetting, Verifier, VerifierTools } from '../model/index.js';
import type { Config } from '../platform/config/index.js';
import { withEnvelopeCheck, withLateEnvelopeCheck } from '../providers/index.js';

/** A provider that checks what it reads, with the verifier that its settings make. */
export interface RegisteredProvider {
  readonly provider: Provider;
  readonly verifier: Verifier;
  /** The one that it would have with other settings. */
  readonly verifierWith: (read: ReadSetting) => Verifier;
}

/** Token of the map from a provider's name to its registration. */
export const PROVIDERS = Symbol('PROVIDERS');
export type ProviderRegistry = ReadonlyMap<string, RegisteredProvider>;

export function registerProviders(
  providers: readonly Provider[],
  config: Config,
  tools: VerifierTools,
): ProviderRegistry {
  return new Map(
    providers.map((provider) => {
      const verifier = provider.verifier(config.read, tools);
      const checked = verifier.configured ? withEnvelopeCheck(provider) : withLateEnvelopeCheck(provider);
      const verifierWith = (read: ReadSetting) => provider.verifier(read, tools);
      return [provider.name, { provider: checked, verifier, verifierWith }];
    }),
  );
}
