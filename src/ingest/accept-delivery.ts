import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'winston';
import { Dispatcher } from '../dispatch/index.js';
import type { Delivery, Envelope, EnvelopeFault, Provider, Verification } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, withLogContext } from '../platform/logging/index.js';
import { EventRecorder, type Recording } from '../record/index.js';
import { workflowsFor } from '../workflows/index.js';
import { parseJson } from './parse-json.js';
import { PayloadCheck } from './payload-check.js';
import type { RegisteredProvider } from './provider-registry.js';
import { guardedReplayKey } from './replay-guard.js';

/** A delivery of which the provider has shown that it is its own. */
export interface VerifiedRequest {
  readonly provider: Provider;
  readonly delivery: Delivery;
  readonly secretLabel: string;
}

export type Acceptance =
  | Recording
  /** Signed, but not what the provider's envelope demands. */
  | { outcome: 'invalid'; faults: readonly EnvelopeFault[] };

/**
 * The request lane on one page: verify, validate, record, then offer what is to be done.
 * The reply waits for the commit and for nothing after it.
 */
@Injectable()
export class AcceptDelivery {
  constructor(
    private readonly recorder: EventRecorder,
    private readonly dispatcher: Dispatcher,
    private readonly payloads: PayloadCheck,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Nothing of a delivery is parsed before its bytes are verified. */
  async verify({ provider, verifier }: RegisteredProvider, delivery: Delivery): Promise<Verification> {
    const verification = await verifier.verify(delivery);
    if (verification.outcome !== 'verified') {
      this.logger.warn('Delivery not verified', { provider: provider.name, verification });
    }
    return verification;
  }

  async accept({ provider, delivery, secretLabel }: VerifiedRequest): Promise<Acceptance> {
    const parsed = parseJson(delivery.body);
    if (!parsed.ok) return this.refuse(provider, [{ path: '', message: parsed.message }]);
    const reading = provider.readEnvelope(parsed.value, delivery.headers);
    if (reading.outcome === 'invalid') return this.refuse(provider, reading.faults);

    const { envelope } = reading;
    const recording = await this.recorder.record({
      provider: provider.name,
      envelope,
      body: delivery.body,
      headers: keepHeaders(provider, delivery),
      secretLabel,
      workflows: workflowsFor({ provider: provider.name, type: envelope.type }, this.config.httpTargets),
      replayKey: guardedReplayKey(provider, delivery, envelope, this.config.replayGuard),
    });
    if (recording.outcome === 'accepted') {
      this.dispatcher.offer(recording.runs);
      this.payloads.offer(provider, envelope.type, delivery.body);
    }
    if (recording.outcome === 'duplicate') this.dispatcher.offer(recording.unqueued);
    this.report(provider, envelope, recording);
    return recording;
  }

  private refuse(provider: Provider, faults: readonly EnvelopeFault[]): Acceptance {
    this.logger.warn('Delivery refused', { provider: provider.name, faults });
    return { outcome: 'invalid', faults };
  }

  private report(provider: Provider, { type, deliveryKey }: Envelope, recording: Recording): void {
    const { outcome } = recording;
    const eventId = 'eventId' in recording ? recording.eventId : undefined;
    const facts = { provider: provider.name, type, outcome };
    withLogContext({ ...(eventId !== undefined && { eventId }) }, () => {
      if (outcome === 'replayed') {
        this.logger.warn('Replay refused', { ...facts, deliveryKey, replayOf: recording.replayOf });
      } else if (outcome === 'accepted' && recording.suspectedReplayOf !== null) {
        const { suspectedReplayOf } = recording;
        this.logger.warn('Suspected replay recorded', { ...facts, suspectedReplayOf });
      } else if (outcome === 'duplicate' && recording.conflict) {
        this.logger.warn('Delivery recorded', { ...facts, conflict: true });
      } else {
        this.logger.log(eventId === undefined ? 'warn' : 'info', 'Delivery recorded', facts);
      }
    });
  }
}

function keepHeaders(provider: Provider, { headers }: Delivery): Record<string, string> {
  return Object.fromEntries(
    provider.keptHeaders.flatMap((name) => {
      const values = headers[name];
      return values === undefined ? [] : [[name, values.join(', ')]];
    }),
  );
}
