import { payloadObject } from '../envelope-schema.js';

/**
 * Events of GitHub have nothing in common: their name and id come in headers.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export const envelopeSchema = payloadObject();
