import type { Delivery, KnownSecret, ReadSetting, Verifier } from '../../model/index.js';
import type { ProviderRegistry, RegisteredProvider } from '../provider-registry.js';
import { bodyVariations } from './body-variations.js';
import type { Finding } from './diagnosis.js';
import { inPlaceOfSecrets, otherChoices, secretFlaws, type SettingsVariation } from './secret-variations.js';

/** A delivery and a verifier one of which is not as it was. If they match, the finding is true. */
export interface Variation {
  readonly finding: Finding;
  readonly delivery: Delivery;
  readonly verifier: Verifier;
  /** Headers that the verifier reads. */
  readonly signatureHeaders: readonly string[];
}

/** What the doctor goes by. */
export interface Circumstances {
  readonly registry: ProviderRegistry;
  readonly read: ReadSetting;
  readonly knownSecrets: readonly KnownSecret[];
}

export interface Trial {
  /** What is tried, in words. */
  readonly name: string;
  readonly variations: () => Iterable<Variation>;
}

/** One thing at a time, what is likely and cheap first. */
export function trialsFor(
  delivery: Delivery,
  registered: RegisteredProvider,
  { registry, read, knownSecrets }: Circumstances,
): Trial[] {
  const { provider, verifier, verifierWith } = registered;
  const { signatureHeaders } = provider;
  const withSettings = (varied: readonly SettingsVariation[]): Variation[] =>
    varied.flatMap(({ finding, read: variedRead }) => {
      const other = makeVerifier(() => verifierWith(variedRead));
      return other === undefined ? [] : [{ finding, delivery, verifier: other, signatureHeaders }];
    });
  const own = knownSecrets.filter((known) => known.provider === provider.name);
  const flaws = secretFlaws(provider, read);
  return [
    ...otherChoices(provider, read).map(([name, varied]) => ({
      name,
      variations: () => withSettings([varied]),
    })),
    ...own.map((known) => ({
      name: `the secret ${known.name} of DOCTOR_SECRETS`,
      variations: () => withSettings(inPlaceOfSecrets(provider, read, known)),
    })),
    ...(flaws.length === 0
      ? []
      : [{ name: 'white space and quotes in secrets', variations: () => withSettings(flaws) }]),
    {
      name: 'the body as it may have been before it was re-encoded',
      variations: function* () {
        for (const { change, body } of bodyVariations(delivery.body)) {
          yield {
            finding: { cause: 'body_reencoded', change },
            delivery: { ...delivery, body },
            verifier,
            signatureHeaders,
          };
        }
      },
    },
    {
      name: 'the address with the other protocol',
      variations: () =>
        otherAddresses(delivery.url).map((url) => ({
          finding: { cause: 'address_differs', signedUrl: url },
          delivery: { ...delivery, url },
          verifier,
          signatureHeaders,
        })),
    },
    ...others(registry, registered).map((other) => ({
      name: `the signature of ${other.provider.name}`,
      variations: () => asOther(delivery, other),
    })),
  ];
}

function others(registry: ProviderRegistry, { provider }: RegisteredProvider): RegisteredProvider[] {
  return [...registry.values()].filter((other) => other.provider !== provider && other.verifier.configured);
}

/** Only what has its headers: verification may ask somebody for something. */
function asOther(delivery: Delivery, { provider, verifier }: RegisteredProvider): Variation[] {
  const { signatureHeaders, name } = provider;
  if (!signatureHeaders.some((header) => delivery.headers[header] !== undefined)) return [];
  return [{ finding: { cause: 'other_provider', provider: name }, delivery, verifier, signatureHeaders }];
}

/** A proxy that ends TLS hides which protocol the sender has signed. */
function otherAddresses(url: string): string[] {
  if (url.startsWith('http://')) return [url.replace('http://', 'https://')];
  return url.startsWith('https://') ? [url.replace('https://', 'http://')] : [];
}

/** Undefined where a secret that no setting would take makes no verifier. */
function makeVerifier(make: () => Verifier): Verifier | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
