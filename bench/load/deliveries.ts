import { createHmac } from 'node:crypto';
import { bodyTemplate, ENTITIES, ENTITY_ID, EVENT_ID } from './bodies.js';
import type { DeliveryPlan, ReadPlan, RequestPlan } from './load-plan.js';

/** A delivery comes again when so many others have come. */
const REPEATED_AFTER = 100;

/**
 * Gives the bytes of a plan's requests by their numbers.
 *
 * @param host for the header of that name
 */
export function requestsOf(plan: RequestPlan, host: string): (number: number) => Buffer {
  switch (plan.kind) {
    case 'deliveries':
      return deliveriesOf(plan, host);
    case 'reads':
      return readsOf(plan, host);
  }
}

/** The event that a delivery is of, if every second one repeats an earlier one. */
export function repeatedEvent(number: number): number {
  return number % 2 === 0 ? number / 2 : Math.max(0, (number - 1) / 2 - REPEATED_AFTER);
}

function deliveriesOf(
  { size, secret, series, repeats }: DeliveryPlan,
  host: string,
): (number: number) => Buffer {
  const { provider, type, text } = bodyTemplate(size);
  return (number) => {
    const event = repeats === true ? repeatedEvent(number) : number;
    const id = `${series}${event}`;
    const body = text.replace(EVENT_ID, `evt_${id}`).replace(ENTITY_ID, String(event % ENTITIES));
    const headers = provider === 'stripe' ? signAsStripe(body, secret) : signAsGithub(body, secret, type, id);
    const head =
      `POST /webhooks/${provider} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`;
    return Buffer.from(head + body);
  };
}

function readsOf({ paths, token }: ReadPlan, host: string): (number: number) => Buffer {
  return (number) =>
    Buffer.from(
      `GET ${paths[number % paths.length] ?? '/'} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
}

/** @see https://docs.stripe.com/webhooks#verify-manually */
function signAsStripe(body: string, secret: string): string {
  const time = Math.floor(Date.now() / 1_000);
  return `Stripe-Signature: t=${time},v1=${hmac(`${time}.${body}`, secret)}\r\n`;
}

/** @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function signAsGithub(body: string, secret: string, type: string, id: string): string {
  return `X-GitHub-Event: ${type}\r\nX-GitHub-Delivery: ${id}\r\nX-Hub-Signature-256: sha256=${hmac(body, secret)}\r\n`;
}

function hmac(content: string, secret: string): string {
  return createHmac('sha256', secret).update(content).digest('hex');
}
