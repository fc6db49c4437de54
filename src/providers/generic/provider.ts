import { createHash } from 'node:crypto';
import { secrets, type Provider, type Setting } from '../../model/index.js';
import { payloadObject } from '../envelope-schema.js';
import { readGenericEnvelope } from './envelope.js';
import { withFreshValues } from './fresh-values.js';
import { signatureHeadersOf, type EventRules, type HmacScheme, type Rules, type Scheme } from './rules.js';
import { genericVerifier } from './scheme.js';
import { signGeneric } from './sign.js';
import { signedBody } from './signed-content.js';
import { headersOf } from './source.js';

/** The provider that a checked definition describes. */
export function genericProvider(name: string, rules: Rules): Provider {
  const { scheme, event, replies } = rules;
  const secret = secretOf(name, rules);
  const signatureHeaders = signatureHeadersOf(scheme);
  const secretHeaders = scheme.kind === 'token' ? [scheme.header] : [];
  const kept = new Set(['content-type', 'user-agent', ...signatureHeaders, ...eventHeaders(event)]);
  return {
    name,
    documentation: rules.documentation,
    settings: [secret],
    keptHeaders: [...kept].filter((header) => !secretHeaders.includes(header)),
    signatureHeaders,
    ...(secretHeaders.length > 0 && { secretHeaders }),
    retries: rules.retries,
    contentTypes: rules.contentTypes,
    ...(Object.keys(replies).length > 0 && { replies }),
    bodyLimit: rules.bodyLimit,
    ...(rules.batched && { batched: true }),
    verifier: (read) => genericVerifier(scheme, read(secret), secret.name),
    ...(scheme.kind === 'hmac' && scheme.timestamp && { tolerance: scheme.timestamp.tolerance }),
    envelopeSchema: payloadObject(),
    readEnvelope: (payload, headers) => readGenericEnvelope(event, payload, headers),
    ...(isIdUnsigned(scheme, event) && {
      // Whoever holds one signed body can send it again under another id: only the body's hash can tell.
      replayKey: (delivery, { deliveryKey }) => ({
        key: createHash('sha256').update(signedBody(scheme, delivery)).digest('hex'),
        claim: deliveryKey,
        otherwise: 'suspected',
      }),
    }),
    samples: Object.entries(rules.samples).map(([type, body]) => ({
      type,
      body: () => withFreshValues(body),
    })),
    sign(unsigned, read, now, url) {
      const [key] = read(secret);
      return key === undefined ? undefined : signGeneric(rules, unsigned, key, { now, url });
    },
  };
}

function secretOf(name: string, { secretFrom }: Rules): Setting<readonly string[]> {
  return secrets({
    name: `${name.toUpperCase().replaceAll('-', '_')}_WEBHOOK_SECRET`,
    description:
      `${secretFrom || `What ${name} signs its webhooks with.`}\n` +
      'Several, separated by commas, are all accepted, so that one can be rotated.',
  });
}

function eventHeaders({ id, type, account, entity, occurredAt }: EventRules): string[] {
  return [id, type, account, entity, occurredAt].flatMap((source) => headersOf(source ?? []));
}

/** With a token nothing is signed at all: who holds one can say anything. */
function isIdUnsigned(scheme: Scheme, event: EventRules): scheme is HmacScheme {
  return scheme.kind === 'hmac' && headersOf(event.id).some((name) => name !== scheme.idHeader);
}
