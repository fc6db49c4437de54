import type { EventPattern, Provider } from '../../model/index.js';
import { answerZoom } from './challenge.js';
import { readZoomEnvelope } from './envelope.js';
import type { ZoomPayload } from './event-types.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { secretToken, signAsZoom, TOLERANCE, zoomVerifier } from './scheme.js';

export type { ZoomPayload } from './event-types.js';

export const zoom: Provider & {
  /** Which events a workflow is for. The type of what they are about can be given. */
  event<Thing = Readonly<Record<string, unknown>>>(type: string): EventPattern<ZoomPayload<Thing>>;
} = {
  name: 'zoom',
  documentation: 'https://developers.zoom.us/docs/api/webhooks/',
  settings: [secretToken],
  // Not `authorization`: it has a token that older apps verified by.
  keptHeaders: ['content-type', 'user-agent', 'x-zm-request-timestamp', 'x-zm-signature', 'x-zm-trackingid'],
  signatureHeaders: ['x-zm-request-timestamp', 'x-zm-signature'],
  retries: { timeoutSeconds: 3, schedule: 'three times: after 5 minutes, another 20 and another 60' },
  bodyLimit: 1024 * 1024,
  verifier: (read) => zoomVerifier(read(secretToken)),
  tolerance: TOLERANCE,
  challenge: (payload, read, secretLabel) => answerZoom(payload, read(secretToken)[Number(secretLabel) - 1]),
  envelopeSchema,
  readEnvelope: readZoomEnvelope,
  samples,
  sign({ body }, read, now) {
    const [key] = read(secretToken);
    return key === undefined ? undefined : signAsZoom(body, key, now);
  },
  event: (type) => ({ provider: 'zoom', type }),
};
