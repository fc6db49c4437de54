import { parseForm } from './form.js';

/** The media type of a `Content-Type` header, without its parameters; '' if it has none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType?.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Whether a body with this `Content-Type` is a form. All others that a provider may send are JSON. */
export function isForm(contentType: string | undefined): boolean {
  return mediaTypeOf(contentType) === 'application/x-www-form-urlencoded';
}

/**
 * The payload of a recorded event, as it was read when the event was accepted.
 *
 * @param contentType the header that came with the body; without one it is JSON
 * @throws {Error} for bytes that were never accepted
 */
export function readPayload(body: Buffer, contentType: string | undefined): unknown {
  if (!isForm(contentType)) return JSON.parse(body.toString('utf8'));
  const form = parseForm(body);
  if (!form.ok) throw new Error(form.message);
  return form.value;
}
