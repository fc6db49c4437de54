import { Inject, Injectable } from '@nestjs/common';
import type { Delivery, RejectedRequest, RejectionReason } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { inSpan } from '../platform/tracing/index.js';
import { RejectedRequestStore } from '../store/index.js';
import { AcceptDelivery } from './accept-delivery.js';
import { judgeAcceptance, type Judgement } from './judge-acceptance.js';
import { PROVIDERS, type ProviderRegistry } from './provider-registry.js';

/** Who releases, and why, for the audit. */
export interface ReleaseOrder {
  readonly actor: string;
  readonly reason: string | null;
  /** Of the request that orders it. */
  readonly correlationId: string;
}

export type Release =
  /** Its events are recorded, by this release or by one before. A challenge has none. */
  | { outcome: 'released'; eventIds: readonly string[] }
  /** Nothing has been mended that it needs. It stays held. */
  | { outcome: 'refused'; reason: RejectionReason; faults: RejectedRequest['faults'] }
  | { outcome: 'discarded' }
  /** It is not there, or not any more. */
  | { outcome: 'absent' }
  /** It cannot be told now; it stays held. */
  | { outcome: 'unavailable'; detail: string };

/**
 * Sends a held request through the request lane as if it had just come: its original bytes, judged by the moment at
 * which they came. The delivery key makes it one event, however often and by whomever it is released.
 */
@Injectable()
export class ReleaseRejected {
  constructor(
    private readonly store: RejectedRequestStore,
    private readonly lane: AcceptDelivery,
    @Inject(PROVIDERS) private readonly registry: ProviderRegistry,
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
  ) {}

  async release(id: string, { actor, reason, correlationId }: ReleaseOrder): Promise<Release> {
    const request = await this.store.find(id);
    if (request === undefined) return { outcome: 'absent' };
    if (request.state === 'released') return { outcome: 'released', eventIds: request.eventIds };
    const delivery = deliveryOf(request, this.config.publicUrl);
    if (delivery === undefined) return { outcome: 'discarded' };

    const release = await inSpan('release', { parent: null }, () =>
      this.enterLane(request, delivery, correlationId),
    );
    if (release.outcome === 'released') await this.store.markReleased(id, release.eventIds, actor, reason);
    if (release.outcome === 'refused') await this.store.refuseAgain(id, release.reason, release.faults);
    return release;
  }

  private async enterLane(
    request: RejectedRequest,
    delivery: Delivery,
    correlationId: string,
  ): Promise<Release> {
    const registered = this.registry.get(request.provider);
    if (registered === undefined) {
      return { outcome: 'unavailable', detail: `There is no provider ${request.provider} now` };
    }
    const { provider, verifier } = registered;
    // What it was verified by was the secret itself, which is not kept.
    if (provider.secretHeaders !== undefined) {
      return { outcome: 'refused', reason: request.reason, faults: request.faults };
    }
    const verification = await verifier.verify(delivery);
    switch (verification.outcome) {
      case 'verified': {
        const { secretLabel } = verification;
        const acceptance = await this.lane.accept({ provider, delivery, secretLabel, correlationId });
        return toRelease(judgeAcceptance(acceptance));
      }
      case 'refused':
        return { outcome: 'refused', reason: verification.reason, faults: [] };
      case 'unconfigured':
        return { outcome: 'refused', reason: 'unconfigured', faults: [] };
      case 'unavailable':
        return { outcome: 'unavailable', detail: verification.reason };
    }
  }
}

function toRelease(judgement: Judgement): Release {
  return judgement.outcome === 'taken' ? { outcome: 'released', eventIds: judgement.eventIds } : judgement;
}

/**
 * The delivery that a held request was, to the address that it would have by the settings of now: a wrong `PUBLIC_URL`
 * is one of the things that are mended.
 *
 * @returns undefined if its body is gone
 */
export function deliveryOf(
  { provider, body, headers, receivedAt, url }: RejectedRequest,
  publicUrl: string,
): Delivery | undefined {
  if (body === null) return undefined;
  const path = url.indexOf(`/webhooks/${provider}`);
  const address = publicUrl === '' || path < 0 ? url : publicUrl.replace(/\/+$/, '') + url.slice(path);
  return { headers, body, receivedAt: receivedAt.getTime(), url: address };
}
