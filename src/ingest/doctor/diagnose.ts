import { setImmediate } from 'node:timers/promises';
import type { Delivery, EnvelopeFault, RejectionReason, Verification } from '../../model/index.js';
import type { RegisteredProvider } from '../provider-registry.js';
import type { Diagnosis, Finding } from './diagnosis.js';
import { readSigns } from './signs.js';
import { matchDelivery, type Match } from './signed-time.js';
import { trialsFor, type Circumstances } from './variations.js';

/** A refused delivery, and why it was refused. */
export interface RefusedDelivery {
  readonly delivery: Delivery;
  readonly reason: RejectionReason;
  readonly faults: readonly EnvelopeFault[];
}

/**
 * Why a request was refused. A diagnosis is the variation under which it verifies: of the settings, the body or the
 * clock, or of whose it is. Nothing is changed by looking.
 */
export async function diagnose(
  refused: RefusedDelivery,
  registered: RegisteredProvider,
  circumstances: Circumstances,
): Promise<Diagnosis> {
  const { delivery } = refused;
  const { provider, verifier } = registered;
  const checked = ['the settings as they are, at the time that was signed'];
  const asItIs = await matchDelivery(verifier, delivery, provider.signatureHeaders);
  if (asItIs.outcome === 'matched') {
    return { findings: [whatIsLeft(refused, asItIs.offMs)], signs: [], checked };
  }

  const { verification } = asItIs;
  const tried = await tryAll(delivery, registered, circumstances, checked);
  // Another provider's request explains more than a secret that is not set.
  const findings = tried.length > 0 ? tried : withoutTrial(refused, verification, registered);
  const signs =
    findings.length > 0 ? [] : readSigns(delivery, verification, registered, circumstances.registry);
  return { findings, signs, checked };
}

async function tryAll(
  delivery: Delivery,
  registered: RegisteredProvider,
  circumstances: Circumstances,
  checked: string[],
): Promise<Finding[]> {
  for (const { name, variations } of trialsFor(delivery, registered, circumstances)) {
    checked.push(name);
    for (const variation of variations()) {
      // A body of megabytes takes a while: let others have their turn.
      await setImmediate();
      const match = await matchDelivery(variation.verifier, variation.delivery, variation.signatureHeaders);
      if (match.outcome === 'matched') return [variation.finding, ...clockOf(match)];
    }
  }
  return [];
}

/** It verifies: what is left is the clock, what it says, or nothing. */
function whatIsLeft({ reason, faults }: RefusedDelivery, offMs: number): Finding {
  if (offMs !== 0) return { cause: 'clock_off', offMs };
  if (reason === 'invalid') return { cause: 'not_an_event', faults };
  return { cause: reason === 'replayed' ? 'replayed' : 'verifies_now' };
}

function clockOf({ offMs }: Extract<Match, { outcome: 'matched' }>): Finding[] {
  return offMs === 0 ? [] : [{ cause: 'clock_off', offMs }];
}

/** What is known without a variation that verifies. */
function withoutTrial(
  { reason, faults }: RefusedDelivery,
  verification: Verification,
  { provider }: RegisteredProvider,
): Finding[] {
  if (verification.outcome === 'unconfigured') {
    return [{ cause: 'no_secret_set', setting: verification.setting }];
  }
  if (provider.secretHeaders === undefined) return [];
  const unverifiable: Finding = { cause: 'secret_not_kept', headers: provider.secretHeaders };
  return reason === 'invalid' ? [{ cause: 'not_an_event', faults }, unverifiable] : [unverifiable];
}
