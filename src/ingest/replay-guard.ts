import type { Delivery, Envelope, Provider, ReplayKey } from '../model/index.js';
import type { Config } from '../platform/config/index.js';

/** What else of a delivery may be used once; `reject` leaves no key whose other uses are only suspected. */
export function guardedReplayKey(
  provider: Pick<Provider, 'replayKey'>,
  delivery: Delivery,
  envelope: Envelope,
  guard: Config['replayGuard'],
): ReplayKey | undefined {
  const replayKey = provider.replayKey?.(delivery, envelope);
  return guard === 'reject' && replayKey !== undefined ? { ...replayKey, otherwise: 'refused' } : replayKey;
}
