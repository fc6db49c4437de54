/**
 * What spans say of themselves: by the semantic conventions where these have a word
 * (https://opentelemetry.io/docs/specs/semconv/), else by our own. Never a payload, a secret or a query string.
 */

import type { Event } from '../../model/index.js';
import type { Attributes } from './span.js';

export function eventAttributes({ id, provider, type }: Pick<Event, 'id' | 'provider' | 'type'>): Attributes {
  return { 'event.id': id, 'event.provider': provider, 'event.type': type };
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
export function messageAttributes(
  operation: 'send' | 'process',
  queue: string,
  messageId: string,
): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': queue,
    'messaging.message.id': messageId,
  };
}

/**
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/. Without `url.full`: the path to a target can be as
 * good as a secret, and may stem from a payload.
 */
export function requestAttributes(method: string, { protocol, hostname, port }: URL): Attributes {
  return {
    'http.request.method': method,
    'url.scheme': protocol.slice(0, -1),
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}
