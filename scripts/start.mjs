import { prepareService } from './prepare.mjs';

await prepareService();
// In this same process, so that one signal reaches the service.
await import('../dist/main.js');
