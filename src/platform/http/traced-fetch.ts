import { inSpan, requestAttributes, tracer } from '../tracing/index.js';

/** As `fetch`, and shown as a span of whatever asks for it. */
export const tracedFetch: typeof fetch = (input, init) => {
  if (!tracer().isRecording()) return fetch(input, init);
  const asked = input instanceof Request ? input : { url: input, method: 'GET' };
  const method = init?.method ?? asked.method;
  const attributes = requestAttributes(method, new URL(asked.url));
  return inSpan(method, { kind: 'client', attributes }, async (span) => {
    const response = await fetch(input, init);
    span.describe({ 'http.response.status_code': response.status });
    if (response.status >= 400) span.fail(String(response.status));
    return response;
  });
};
