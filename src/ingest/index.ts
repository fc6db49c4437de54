export { addAdmission, WEBHOOK_ROUTE } from './admission.js';
export { addRequestMetrics } from './request-metrics.js';
export { FailedVerifications } from './failed-verifications.js';
export { IngestModule } from './ingest.module.js';
export { diagnose, explainFinding, explainSign, type Diagnosis } from './doctor/index.js';
export { PROVIDERS, registerProviders, type ProviderRegistry } from './provider-registry.js';
export { PayloadWarnings, type CountedWarning, type PayloadWarning } from './payload-warnings.js';
export { parseJson } from './parse-json.js';
export { deliveryOf, ReleaseRejected, type Release } from './release-rejected.js';
