export { addAdmission } from './admission.js';
export { IngestModule } from './ingest.module.js';
export { PROVIDERS, registerProviders, type ProviderRegistry } from './provider-registry.js';
export { PayloadWarnings, type CountedWarning, type PayloadWarning } from './payload-warnings.js';
export { parseJson } from './parse-json.js';
