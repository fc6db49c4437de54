import type { Challenge } from '../../model/index.js';
import { valueAt } from '../payload-values.js';

/**
 * Slack asks when the address is set, signed as any event: `{"type":"url_verification","challenge":"…"}`. It wants
 * the text back.
 *
 * @see https://docs.slack.dev/reference/events/url_verification
 */
export function answerSlack(payload: unknown): Challenge | undefined {
  if (valueAt(payload, '/type') !== 'url_verification') return undefined;
  const challenge = valueAt(payload, '/challenge');
  return typeof challenge === 'string' ? { status: 200, body: { challenge } } : undefined;
}
