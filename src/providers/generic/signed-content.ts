import { createHash } from 'node:crypto';
import { isForm, singleHeader, type Delivery } from '../../model/index.js';
import type { SignedParts } from '../schemes/hmac.js';
import type { HmacScheme } from './rules.js';
import { fillTemplate, hasPlaceholder } from './signed-template.js';
import { sortedForm } from './sorted-form.js';

/**
 * What the sender of a delivery must have signed, in each way in which it may have been written.
 *
 * @returns `undefined` if nothing that could be signed covers the body
 */
export function signedContents(
  scheme: HmacScheme,
  delivery: Pick<Delivery, 'headers' | 'body' | 'url'>,
): readonly SignedParts[] | undefined {
  const { headers, body, url } = delivery;
  const { template, timestamp, idHeader } = scheme;
  const form = hasPlaceholder(template, 'sortedForm') ? formOrHashedBody(scheme, delivery) : '';
  if (form === undefined) return undefined;
  const header = (name: string | undefined): string => (name && singleHeader(headers, name)) ?? '';
  const urls = scheme.portOptional ? withAndWithoutPort(url) : [url];
  return urls.map((candidate) =>
    fillTemplate(template, {
      url: candidate,
      timestamp: header(timestamp?.header),
      id: header(idHeader),
      body,
      sortedForm: form,
    }),
  );
}

/** A form is signed itself; of any other body the signed URL must have the hash. */
function formOrHashedBody(
  { bodyHashQuery }: HmacScheme,
  { headers, body, url }: Pick<Delivery, 'headers' | 'body' | 'url'>,
): string | undefined {
  if (isForm(singleHeader(headers, 'content-type'))) return sortedForm(body);
  if (bodyHashQuery === undefined || !URL.canParse(url)) return undefined;
  const [hash, ...others] = new URL(url).searchParams.getAll(bodyHashQuery);
  const expected = createHash('sha256').update(body).digest('hex');
  return hash === expected && others.length === 0 ? '' : undefined;
}

/** What of the body is signed: the parameters of a form may be sent in another order under the same signature. */
export function signedBody({ template }: HmacScheme, { headers, body }: Delivery): string | Buffer {
  const asForm = hasPlaceholder(template, 'sortedForm') && isForm(singleHeader(headers, 'content-type'));
  return (asForm ? sortedForm(body) : undefined) ?? body;
}

/** The URL as it is first, since that is what we sign with. */
function withAndWithoutPort(url: string): readonly string[] {
  const [, scheme, host, port, rest] =
    /^(https?):\/\/(\[[^\]]*\]|[^/:?#@]+)(?::(\d+))?([/?#].*)?$/is.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return [url];
  const usual = scheme.toLowerCase() === 'https' ? '443' : '80';
  const bare = `${scheme}://${host}${rest ?? ''}`;
  const ported = `${scheme}://${host}:${port ?? usual}${rest ?? ''}`;
  return port === undefined ? [bare, ported] : [ported, bare];
}
