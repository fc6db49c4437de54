import type { Delivery, Verification, Verifier, VerifierTools } from '../../model/index.js';
import { refused } from '../schemes/verdict.js';
import { certificateScheme } from './certificate-scheme.js';
import { OWN_ALGORITHM } from './own-signature.js';
import { postbackScheme } from './postback-scheme.js';
import { RELAY_ALGORITHM, verifyRelay } from './relay-scheme.js';
import {
  clientId,
  clientSecret,
  webhookId,
  type PaypalEnvironment,
  type PaypalVerification,
} from './settings.js';
import { readTransmission, type VerifyTransmission } from './transmission.js';

export interface PaypalKeys {
  /** '' turns PayPal's own scheme off. */
  readonly webhookId: string;
  readonly environment: PaypalEnvironment;
  readonly verification: PaypalVerification;
  /** For `postback`. */
  readonly client: { readonly id: string; readonly secret: string };
  /** None turns the relay scheme off. */
  readonly relaySecrets: readonly string[];
}

/**
 * Two schemes, told apart by `PAYPAL-AUTH-ALGO`. The sender chooses, but gains nothing by it: each scheme
 * has a key of its own, so neither can be tricked into taking the other's. Whether PayPal's own is verified here or
 * by PayPal, no sender chooses.
 */
export function paypalVerifier(keys: PaypalKeys, tools: VerifierTools): Verifier {
  const missing = missingSetting(keys);
  const configured = missing === undefined || keys.relaySecrets.length > 0;
  const verifyOwn = missing === undefined ? ownScheme(keys, tools) : () => unconfigured(missing);

  function verify(delivery: Delivery): Verification | Promise<Verification> {
    if (!configured) return unconfigured(missing);
    const read = readTransmission(delivery);
    if (read.outcome === 'refused') return read;
    switch (read.transmission.algorithm) {
      case OWN_ALGORITHM:
        return verifyOwn(delivery, read.transmission);
      case RELAY_ALGORITHM:
        return verifyRelay(delivery, read.transmission, keys.relaySecrets);
      default:
        return refused('algorithm_unknown');
    }
  }

  return { configured, verify };
}

/** The first setting that PayPal's own scheme lacks. */
function missingSetting({ webhookId: id, verification, client }: PaypalKeys): string | undefined {
  if (id === '') return webhookId.name;
  if (verification === 'certificate') return undefined;
  if (client.id === '') return clientId.name;
  return client.secret === '' ? clientSecret.name : undefined;
}

function ownScheme(keys: PaypalKeys, tools: VerifierTools): VerifyTransmission {
  switch (keys.verification) {
    case 'certificate':
      return certificateScheme(keys.webhookId, keys.environment, tools);
    case 'postback':
      return postbackScheme(keys.webhookId, keys.environment, keys.client, tools);
  }
}

function unconfigured(setting: string): Verification {
  return { outcome: 'unconfigured', setting };
}
