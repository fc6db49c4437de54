import { prepareService } from './prepare.mjs';

await prepareService();
// In this same process, so that one signal reaches the service; one after the other, as --import would do.
await import('../dist/telemetry.js');
await import('../dist/main.js');
