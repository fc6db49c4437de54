import { isUtf8 } from 'node:buffer';
import type { Verification, VerifierTools } from '../../model/index.js';
import { refused, verified } from '../schemes/verdict.js';
import { AccessTokens, CREDENTIALS_REFUSED, type Client } from './access-tokens.js';
import { readOwnSignature } from './own-signature.js';
import { PaypalApi, unavailable, type ApiReply } from './paypal-api.js';
import type { PaypalEnvironment } from './settings.js';
import type { Transmission, VerifyTransmission } from './transmission.js';

/** Questions at once. Each stranger's delivery that looks like PayPal's costs one. */
const QUESTION_LIMIT = 64;

/**
 * PayPal's own scheme, judged by PayPal: each delivery is sent back to its API, which says whether it is PayPal's.
 * Nothing that the dashboard's simulator sends can be verified so.
 *
 * @param webhookId of our subscription
 * @see https://developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature_post
 */
export function postbackScheme(
  webhookId: string,
  environment: PaypalEnvironment,
  client: Client,
  tools: VerifierTools,
): VerifyTransmission {
  const api = new PaypalApi(environment, tools.fetch);
  const tokens = new AccessTokens(api, client, tools.now);
  let questions = 0;

  return async (delivery, transmission) => {
    const read = readOwnSignature(delivery, transmission, environment);
    if (read.outcome === 'refused') return read;
    // PayPal sends nothing else, and nothing else may stand in the middle of our question.
    if (!isJsonObject(delivery.body)) return refused('signature_mismatch');
    if (questions >= QUESTION_LIMIT) {
      return { outcome: 'unavailable', reason: 'Too many deliveries are being verified by PayPal' };
    }
    const question = questionAbout(delivery.body, transmission, read.certificateUrl, webhookId);
    questions++;
    try {
      return judge(await ask(api, tokens, question));
    } finally {
      questions--;
    }
  };
}

/**
 * The body stands in it byte by byte as it came: what PayPal compares is a checksum of its bytes, and written anew
 * they would be others.
 */
function questionAbout(
  body: Buffer,
  { algorithm, id, timeText, signature }: Transmission,
  certificateUrl: string,
  webhookId: string,
): Buffer {
  const fields = JSON.stringify({
    auth_algo: algorithm,
    cert_url: certificateUrl,
    transmission_id: id,
    transmission_sig: signature,
    transmission_time: timeText,
    webhook_id: webhookId,
  });
  return Buffer.concat([Buffer.from(`${fields.slice(0, -1)},"webhook_event":`), body, Buffer.from('}')]);
}

/** Once more with a fresh token, if PayPal takes back the one we kept. */
async function ask(api: PaypalApi, tokens: AccessTokens, question: Buffer): Promise<ApiReply> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const found = await tokens.find();
    if (found.outcome === 'unavailable') return found;
    const headers = { authorization: `Bearer ${found.token}`, 'content-type': 'application/json' };
    const reply = await api.post('/v1/notifications/verify-webhook-signature', headers, question);
    if (reply.outcome === 'unavailable' || reply.status !== 401) return reply;
    tokens.forget(found.token);
  }
  return CREDENTIALS_REFUSED;
}

/** Whatever is no clear verdict is none: the sender tries again, and whoever is on call finds the reason in the log. */
function judge(reply: ApiReply): Verification {
  if (reply.outcome === 'unavailable') return reply;
  const { status, body } = reply;
  if (status === 200 && body['verification_status'] === 'SUCCESS') return verified('postback');
  if (status === 200 && body['verification_status'] === 'FAILURE') return refused('signature_mismatch');
  return unavailable(`answered ${status} without a verdict`);
}

function isJsonObject(body: Buffer): boolean {
  try {
    const value: unknown = isUtf8(body) ? JSON.parse(body.toString('utf8')) : undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
