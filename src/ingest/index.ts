export { addAdmission } from './admission.js';
export { FailedVerifications } from './failed-verifications.js';
export { IngestModule } from './ingest.module.js';
export { PROVIDERS, registerProviders, type ProviderRegistry } from './provider-registry.js';
export { parseJson } from './parse-json.js';
