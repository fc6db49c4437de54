import { baseUrl, headerPairs, ratio, text } from '../../model/index.js';

/** Where traces go. Without one of the two addresses nothing is traced at all. */
export const tracingSettings = {
  serviceName: text({
    name: 'OTEL_SERVICE_NAME',
    description: 'Name of this service in traces and logs.',
    fallback: 'integration-service',
  }),
  jaegerEndpoint: baseUrl({
    name: 'JAEGER_ENDPOINT',
    description:
      "Jaeger's own collector, http://localhost:14268/api/traces (docs/tracing.md). Empty: nothing is sent there.",
    protocols: ['http:', 'https:'],
  }),
  otlpEndpoint: baseUrl({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    description:
      'Collector that speaks OTLP by HTTP with protobuf, http://localhost:4318; /v1/traces is appended.\nEmpty: nothing is sent there.',
    protocols: ['http:', 'https:'],
  }),
  otlpHeaders: headerPairs({
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    description: 'Headers that the OTLP collector wants to see, such as api-key=...; separated by commas.',
  }),
  traceRatio: ratio({
    name: 'OTEL_TRACES_SAMPLER_ARG',
    description:
      'Share of all events that are traced, from 0 to 1. Attempts that fail, and all that come after, always are.',
    fallback: '1',
  }),
};
