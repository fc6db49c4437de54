import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'winston';
import type { TracingConfig } from '../config/index.js';
import { Outage } from '../logging/index.js';
import { processName } from '../process/index.js';
import { installTracer, type Tracer } from '../tracing/index.js';
import { DecidedSampler } from './decided-sampler.js';
import { GivenIds } from './given-ids.js';
import { OpenTelemetry } from './open-telemetry.js';
import { ProvisionalSpanProcessor } from './provisional-spans.js';
import { SpanPlaces } from './span-place.js';
import { ANSWER_MS, WatchedExporter } from './watched-exporter.js';

/** Ended spans that wait to be sent; what comes on top is dropped. Some 2 KB each. */
const QUEUE = { maxQueueSize: 8_192, scheduledDelayMillis: 1_000 };

/** A group commit serves so many deliveries. */
const MOST_LINKS = 200;

/** Milliseconds for the last spans to be sent. */
const STOP_MS = 2_000;

/** From now on spans are made, and sent to the collectors that the configuration names. */
export function startTelemetry(config: TracingConfig): void {
  const ids = new GivenIds();
  const collectors = collectorsOf(config);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.serviceName,
      'service.instance.id': processName(config.role),
      'telemetry.sdk.language': 'nodejs',
    }),
    sampler: new DecidedSampler(),
    idGenerator: ids,
    spanLimits: { linkCountLimit: MOST_LINKS },
    spanProcessors: collectors.map(({ processor }) => processor),
  });
  // What strangers say of their traces is read by nobody but us.
  provider.register({ propagator: null });
  installTracer(new ExportedTraces(provider, ids, new SpanPlaces(ids, config.traceRatio), collectors));
}

/** Somebody who takes spans. */
interface Collector {
  readonly processor: SpanProcessor;
  reportTo(logger: Logger): void;
}

function collectorsOf({ jaegerEndpoint, otlpEndpoint, otlpHeaders }: TracingConfig): Collector[] {
  const collectors: Collector[] = [];
  if (jaegerEndpoint !== '') {
    const options = { endpoint: jaegerEndpoint };
    // Deprecated in favour of OTLP, which Jaeger takes, too. This is for whoever has only Jaeger's own port.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    collectors.push(collector('Jaeger', () => new JaegerExporter(options)));
  }
  if (otlpEndpoint !== '') {
    const url = `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`;
    // It tries again within this time, and then says what was in the way.
    const options = { url, headers: Object.fromEntries(otlpHeaders), timeoutMillis: 0.8 * ANSWER_MS };
    collectors.push(collector('The OTLP collector', () => new OTLPTraceExporter(options)));
  }
  return collectors;
}

function collector(name: string, makeExporter: () => SpanExporter): Collector {
  let outage: Outage | undefined;
  const exporter = new WatchedExporter(makeExporter, {
    feel: (error) => outage?.feel(error),
    end: () => outage?.end(),
  });
  return {
    processor: new ProvisionalSpanProcessor(new BatchSpanProcessor(exporter, QUEUE)),
    reportTo: (logger) => (outage = new Outage(logger, `${name} takes no traces`)),
  };
}

class ExportedTraces extends OpenTelemetry implements Tracer {
  constructor(
    private readonly provider: NodeTracerProvider,
    ids: GivenIds,
    places: SpanPlaces,
    private readonly collectors: readonly Collector[],
  ) {
    super(provider.getTracer('integration-service'), ids, places);
  }

  reportTo(logger: Logger): void {
    for (const each of this.collectors) each.reportTo(logger);
  }

  /** A collector that is away must not hold up the stop, and has been told of. */
  async stop(): Promise<void> {
    const sent = this.provider.shutdown().catch(() => undefined);
    await Promise.race([sent, sleep(STOP_MS, undefined, { ref: false })]);
  }
}
