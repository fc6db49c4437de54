import type { Delivery, Verification, Verifier, VerifierTools } from '../../model/index.js';
import { refused } from '../schemes/verdict.js';
import { CERTIFICATE_ALGORITHM, certificateScheme } from './certificate-scheme.js';
import { RELAY_ALGORITHM, verifyRelay } from './relay-scheme.js';
import { webhookId as webhookIdSetting, type PaypalEnvironment } from './settings.js';
import { readTransmission } from './transmission.js';

export interface PaypalKeys {
  /** '' turns PayPal's own scheme off. */
  readonly webhookId: string;
  readonly environment: PaypalEnvironment;
  /** None turns the relay scheme off. */
  readonly relaySecrets: readonly string[];
}

/**
 * Two schemes, told apart by `PAYPAL-AUTH-ALGO`. The sender chooses, but gains nothing by it: each scheme
 * has a key of its own, so neither can be tricked into taking the other's.
 */
export function paypalVerifier(keys: PaypalKeys, tools: VerifierTools): Verifier {
  const configured = keys.webhookId !== '' || keys.relaySecrets.length > 0;
  const verifyByCertificate = certificateScheme(keys.webhookId, keys.environment, tools);

  function verify(delivery: Delivery): Verification | Promise<Verification> {
    if (!configured) return { outcome: 'unconfigured', setting: webhookIdSetting.name };
    const read = readTransmission(delivery);
    if (read.outcome === 'refused') return read;
    switch (read.transmission.algorithm) {
      case CERTIFICATE_ALGORITHM:
        return verifyByCertificate(delivery, read.transmission);
      case RELAY_ALGORITHM:
        return verifyRelay(delivery, read.transmission, keys.relaySecrets);
      default:
        return refused('algorithm_unknown');
    }
  }

  return { configured, verify };
}
