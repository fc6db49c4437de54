import { secrets, type SignedDelivery, type Verifier } from '../../model/index.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import { v0Signature, v0Verifier } from '../schemes/v0-signature.js';

export const signingSecret = secrets({
  name: 'SLACK_SIGNING_SECRET',
  description:
    'Signing secret of the Slack app (api.slack.com/apps, the app, Basic Information).\n' +
    'Several, separated by commas, are all accepted: for several apps, or while one is rotated.',
});

/**
 * `X-Slack-Signature: v0=<hex>` over `v0:<X-Slack-Request-Timestamp>:<raw body>`. Slack demands that a time more than
 * five minutes off is refused; its own library looks at the past alone.
 *
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function slackVerifier(keys: readonly string[]): Verifier {
  return v0Verifier(keys, {
    signatureHeader: 'x-slack-signature',
    timestampHeader: 'x-slack-request-timestamp',
    setting: signingSecret.name,
    tolerance: FIVE_MINUTES,
  });
}

/** @param now milliseconds since the epoch */
export function signAsSlack(body: Buffer, key: string, now: number): SignedDelivery {
  const seconds = Math.floor(now / 1000);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(seconds),
      'x-slack-signature': v0Signature(body, key, seconds),
    },
    body,
  };
}
