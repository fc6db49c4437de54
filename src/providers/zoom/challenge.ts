import type { Challenge } from '../../model/index.js';
import { valueAt } from '../payload-values.js';
import { hmacSha256 } from '../schemes/hmac.js';

/**
 * Zoom asks when the address is set and every 72 hours after, signed as any event:
 * `{"event":"endpoint.url_validation","payload":{"plainToken":"…"}}`. Who cannot answer gets no more events.
 *
 * @param key the secret that the question was signed with: while one is rotated, another would be the wrong answer
 * @see https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint
 */
export function answerZoom(payload: unknown, key: string | undefined): Challenge | undefined {
  if (valueAt(payload, '/event') !== 'endpoint.url_validation' || key === undefined) return undefined;
  const plainToken = valueAt(payload, '/payload/plainToken');
  if (typeof plainToken !== 'string') return undefined;
  const encryptedToken = hmacSha256(key, [plainToken]).toString('hex');
  return { status: 200, body: { plainToken, encryptedToken } };
}
