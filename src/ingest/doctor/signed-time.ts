import type { Delivery, Verification, Verifier } from '../../model/index.js';

/** Whether a delivery verifies, at the moment at which it came or else at that of its signature. */
export type Match =
  /** `offMs`: by so many milliseconds it was signed before it came; 0 if that is near enough. */
  { outcome: 'matched'; offMs: number } | { outcome: 'unmatched'; verification: Verification };

/** Seconds, milliseconds, or ISO 8601, as providers write the time at which they sign. */
const TIMES = /(?<!\d)\d{10}(?!\d)|(?<!\d)\d{13}(?!\d)|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)/g;

/** @param headers those that the verifier reads, one of which has the time */
export async function matchDelivery(
  verifier: Verifier,
  delivery: Delivery,
  headers: readonly string[],
): Promise<Match> {
  const verification = await verifier.verify(delivery);
  if (verification.outcome === 'verified') return { outcome: 'matched', offMs: 0 };
  if (verification.outcome === 'refused' && verification.reason === 'timestamp_stale') {
    for (const time of timesIn(delivery, headers)) {
      const { outcome } = await verifier.verify({ ...delivery, receivedAt: time });
      if (outcome === 'verified') return { outcome: 'matched', offMs: delivery.receivedAt - time };
    }
  }
  return { outcome: 'unmatched', verification };
}

/** Milliseconds since the epoch. */
function timesIn({ headers }: Delivery, names: readonly string[]): number[] {
  const texts = names.flatMap((name) => headers[name] ?? []).flatMap((value) => value.match(TIMES) ?? []);
  const times = texts.map((text) => {
    if (/\D/.test(text)) return Date.parse(text);
    return text.length === 10 ? Number(text) * 1000 : Number(text);
  });
  return times.filter((time) => !Number.isNaN(time));
}
