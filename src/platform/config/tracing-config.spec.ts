import { namesCollector, readTracingConfig } from './tracing-config.js';

const NO_FILE = '/nowhere/.env';

describe('the configuration of traces', () => {
  const { env } = process;

  beforeEach(() => (process.env = {}));

  afterEach(() => (process.env = env));

  it('names no collector by default', () => {
    const config = readTracingConfig(NO_FILE);
    expect(config).toMatchObject({ serviceName: 'integration-service', traceRatio: 1 });
    expect(config && namesCollector(config)).toBe(false);
  });

  it.each(['JAEGER_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'])('names the collector of %s', (name) => {
    process.env = { [name]: 'http://collector:4318', STRIPE_WEBHOOK_SECRETS: 'misspelt' };
    const config = readTracingConfig(NO_FILE);
    expect(config && namesCollector(config)).toBe(true);
  });

  it.each([
    { JAEGER_ENDPOINT: 'collector:14268' },
    { JAEGER_ENDPOINT: 'http://user:password@collector/api/traces' },
    { OTEL_TRACES_SAMPLER_ARG: '2' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'api-key' },
  ])('is none if it is faulty: %j', (faulty) => {
    process.env = { ...faulty };
    expect(readTracingConfig(NO_FILE)).toBeUndefined();
  });
});
