import { isForm, type Provider, type Sample, type UnsignedDelivery } from '../model/index.js';

/** A sample as its provider would send it: as a form where it sends forms, and as a batch of one where it sends batches. */
export function writeSample(
  { contentTypes = ['application/json'], batched }: Pick<Provider, 'contentTypes' | 'batched'>,
  { type, body }: Sample,
): UnsignedDelivery {
  const contentType = contentTypes.find(isForm) ?? contentTypes[0] ?? 'application/json';
  const payload = body();
  const text = isForm(contentType) ? formOf(payload) : JSON.stringify(batched === true ? [payload] : payload);
  return { type, contentType, body: Buffer.from(text) };
}

function formOf(payload: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(fields).toString();
}
