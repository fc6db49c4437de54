import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'winston';
import { Dispatcher } from '../dispatch/index.js';
import {
  singleHeader,
  type Delivery,
  type Provider,
  type RefusalReason,
  type Verification,
} from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, LogQuota } from '../platform/logging/index.js';
import {
  currentTraceparent,
  describeSpan,
  inSpan,
  keepSpans,
  newTraceparent,
} from '../platform/tracing/index.js';
import {
  EventRecorder,
  type DeliveryRecording,
  type Recording,
  type VerifiedEvent,
} from '../record/index.js';
import type { QueueableRun } from '../store/index.js';
import { workflowsFor } from '../workflows/index.js';
import { reportRecording, reportUnrecorded } from './delivery-report.js';
import { FailedVerifications } from './failed-verifications.js';
import { PayloadCheck } from './payload-check.js';
import type { RegisteredProvider } from './provider-registry.js';
import {
  readDelivery,
  type ReadEvent,
  type UnrecordedReading,
  type VerifiedRequest,
} from './read-delivery.js';
import { guardedReplayKey } from './replay-guard.js';

export type VerificationOutcome =
  | Verification
  /** Refused, as was too much of the same source before. */
  | { outcome: 'over_limit'; reason: RefusalReason; retryAfterSeconds: number };

/** Of a request: who sent it, and by which id it is found. */
export interface Origin {
  readonly source: string;
  readonly correlationId: string;
}

export type Acceptance = DeliveryRecording | UnrecordedReading;

/** Of deliveries that were not verified, all senders together. A single one is over its limit before. */
const REFUSALS_LOGGED_PER_MINUTE = 600;

/**
 * The request lane on one page: verify, read, record, then offer what is to be done.
 * The reply waits for the commit and for nothing after it.
 */
@Injectable()
export class AcceptDelivery {
  private readonly refusals: LogQuota;

  constructor(
    private readonly recorder: EventRecorder,
    private readonly dispatcher: Dispatcher,
    private readonly failures: FailedVerifications,
    private readonly payloads: PayloadCheck,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.refusals = new LogQuota(logger, REFUSALS_LOGGED_PER_MINUTE);
  }

  /**
   * Nothing of a delivery is parsed before its bytes are verified. However often its source has failed, what verifies
   * is taken.
   */
  async verify(
    { provider, verifier }: RegisteredProvider,
    delivery: Delivery,
    { source, correlationId }: Origin,
  ): Promise<VerificationOutcome> {
    const verification = await inSpan('verify', {}, async (span) => {
      const verdict = await verifier.verify(delivery);
      span.describe({ 'verification.outcome': verdict.outcome });
      return verdict;
    });
    if (verification.outcome === 'verified') {
      // What strangers send is told of by the quarantine, not by traces.
      keepSpans();
      describeSpan({ 'event.provider': provider.name });
      return verification;
    }
    if (verification.outcome === 'refused') {
      const count = await this.failures.count(source, correlationId);
      if (count.outcome === 'over_limit') return { ...count, reason: verification.reason };
    }
    this.refusals.warn('Delivery not verified', {
      correlationId,
      provider: provider.name,
      source,
      verification,
    });
    return verification;
  }

  async accept(request: VerifiedRequest): Promise<Acceptance> {
    const { provider, correlationId } = request;
    const log = this.logger.child({ correlationId });
    const reading = inSpan('validate', {}, (span) => {
      const read = readDelivery(request, this.config.read);
      span.describe({ 'validation.outcome': read.outcome });
      return read;
    });
    if (reading.outcome !== 'read') {
      reportUnrecorded(log, provider.name, reading);
      return reading;
    }
    const { events } = reading;
    // A batch may be empty. Nothing is to be recorded then, and nothing can be lost.
    if (events.length === 0) return { outcome: 'recorded', recordings: [] };

    const recorded = await this.recorder.record(this.toRecord(request, events));
    if (recorded.outcome === 'recorded') {
      this.dispatcher.offer(recorded.recordings.flatMap(unqueuedRuns));
      const isNew = (index: number) => recorded.recordings[index]?.outcome === 'accepted';
      const contentType = singleHeader(request.delivery.headers, 'content-type');
      for (const { envelope, body } of events.filter((_event, index) => isNew(index))) {
        this.payloads.offer(provider, envelope.type, body, contentType);
      }
    }
    reportRecording(log, provider.name, events, recorded);
    return recorded;
  }

  private toRecord(
    { provider, delivery, secretLabel, correlationId }: VerifiedRequest,
    events: readonly ReadEvent[],
  ) {
    const { httpTargets, replayGuard } = this.config;
    const headers = keepHeaders(provider, delivery);
    // The same for all events of a batch.
    const traceparent = currentTraceparent() ?? newTraceparent();
    return events.map(({ envelope, body }): VerifiedEvent => ({
      provider: provider.name,
      envelope,
      body,
      headers,
      secretLabel,
      workflows: workflowsFor({ provider: provider.name, type: envelope.type }, httpTargets),
      replayKey: guardedReplayKey(provider, delivery, envelope, replayGuard),
      traceparent,
      correlationId,
    }));
  }
}

/** Runs that have no job yet: of a new event all, of a known one those that were never queued. */
function unqueuedRuns(recording: Recording): readonly QueueableRun[] {
  switch (recording.outcome) {
    case 'accepted':
      return recording.runs;
    case 'duplicate':
      return recording.unqueued;
    case 'replayed':
      return [];
  }
}

/** The content type is kept of every delivery, since it says how the payload is to be read. */
function keepHeaders({ keptHeaders }: Provider, { headers }: Delivery): Record<string, string> {
  return Object.fromEntries(
    ['content-type', ...keptHeaders].flatMap((name) => {
      const values = headers[name];
      return values === undefined ? [] : [[name, values.join(', ')]];
    }),
  );
}
