import type { EventPattern, Provider, Sample, Setting } from '../../model/index.js';
import { payloadObject } from '../envelope-schema.js';
import { freshName } from '../sample-ids.js';
import { FIVE_MINUTES } from './freshness.js';
import { readStandardMessage, type StandardWebhooksMessage } from './standard-webhooks-message.js';
import {
  signAsStandardWebhooks,
  signatureHeaders,
  standardWebhooksVerifier,
  type HeaderPrefix,
} from './standard-webhooks.js';

/** What is the provider's own. */
export interface StandardWebhooksSender {
  readonly name: string;
  readonly documentation: string;
  readonly secret: Setting<readonly string[]>;
  /** Those that its headers may have; it is with the first one that samples are signed. */
  readonly prefixes: readonly [HeaderPrefix, ...HeaderPrefix[]];
  readonly retries: Provider['retries'];
  readonly samples: readonly Sample[];
}

export interface StandardWebhooksProvider extends Provider {
  /** Which events a workflow is for. The sender's type of its body can be given. */
  event<Payload = StandardWebhooksMessage>(type: string): EventPattern<Payload>;
}

/** A provider that does all as the standard has it. */
export function standardWebhooksProvider(sender: StandardWebhooksSender): StandardWebhooksProvider {
  const { name, documentation, secret, prefixes, retries, samples } = sender;
  const scheme = { prefixes, setting: secret.name };
  return {
    name,
    documentation,
    settings: [secret],
    keptHeaders: ['content-type', 'user-agent', ...signatureHeaders(scheme)],
    signatureHeaders: signatureHeaders(scheme),
    retries,
    bodyLimit: 1024 * 1024,
    verifier: (read) => standardWebhooksVerifier(read(secret), scheme),
    tolerance: FIVE_MINUTES,
    envelopeSchema: payloadObject(),
    readEnvelope: (payload, headers) => readStandardMessage(payload, headers, scheme),
    samples,
    sign({ body }, read, now) {
      const [key] = read(secret);
      if (key === undefined) return undefined;
      return signAsStandardWebhooks({ id: freshName('msg_'), body }, key, prefixes[0], now);
    },
    event: (type) => ({ provider: name, type }),
  };
}
