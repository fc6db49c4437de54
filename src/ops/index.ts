export { serveApiDocs } from './api-docs.js';
export { OpsModule } from './ops.module.js';
