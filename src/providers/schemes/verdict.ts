import type { RefusalReason, Verification } from '../../model/index.js';

export type Refused = Extract<Verification, { outcome: 'refused' }>;

export function refused(reason: RefusalReason): Refused {
  return { outcome: 'refused', reason };
}

export function verified(secretLabel: string): Verification {
  return { outcome: 'verified', secretLabel };
}
