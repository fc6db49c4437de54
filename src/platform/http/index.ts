export { limitConnections } from './connections.js';
export { addCorrelation, correlationIdOf } from './correlation.js';
export { answerMalformed, answerUnroutable, takeEveryRequest } from './malformed-request.js';
export { Problem } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export { keepRawBodies } from './raw-body.js';
export { traceRequests } from './request-span.js';
export { tracedFetch } from './traced-fetch.js';
export { trustProxyOf } from './trusted-proxies.js';
