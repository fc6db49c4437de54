import type { Webhook } from 'standardwebhooks';
import { ActionError } from '../../../model/index.js';

/** A request as it goes over the wire: what is signed is what is sent. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Headers that are ours, or the connection's, to set. */
const RESERVED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const RESERVED_PREFIXES = ['proxy-', 'webhook-'];

/** RFC 9110, sections 5.1 and 5.5. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Signs as Standard Webhooks (https://www.standardwebhooks.com): id, time of this attempt and body. The id
 * is the idempotency key, so it is the same in every attempt.
 *
 * @param extra headers that the workflow gives
 * @throws {ActionError} `input_invalid` if the body has no JSON, or a header is not to be set so
 */
export function signRequest(
  body: unknown,
  extra: unknown,
  idempotencyKey: string,
  signer: Webhook,
  now: Date,
): SignedRequest {
  const text = serialise(body);
  return {
    headers: {
      ...checkHeaders(extra),
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
      'webhook-id': idempotencyKey,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signer.sign(idempotencyKey, now, text),
    },
    body: text,
  };
}

function serialise(body: unknown): string {
  // Typed as a string, but functions and undefined have none.
  let text: unknown;
  try {
    text = JSON.stringify(body);
  } catch (error) {
    throw new ActionError('input_invalid', `The body cannot be written as JSON: ${String(error)}`, {
      cause: error,
    });
  }
  if (typeof text !== 'string') throw new ActionError('input_invalid', 'There is no body to send');
  return text;
}

function checkHeaders(given: unknown): Record<string, string> {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null) throw invalidHeader('The headers must be names and texts');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const lowerCase = name.toLowerCase();
    if (!HEADER_NAME.test(name)) throw invalidHeader(`${JSON.stringify(name)} is no name of a header`);
    if (RESERVED.has(lowerCase) || RESERVED_PREFIXES.some((prefix) => lowerCase.startsWith(prefix))) {
      throw invalidHeader(`The header ${name} is not a workflow's to set`);
    }
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      throw invalidHeader(`The value of the header ${name} must be a text of Latin letters, in one line`);
    }
    headers[lowerCase] = value;
  }
  return headers;
}

function invalidHeader(message: string): ActionError {
  return new ActionError('input_invalid', message);
}
