import { prepareService } from './prepare.mjs';

await prepareService();
await import('../dist/telemetry.js');
await import('../dist/ops/commands/demo.js');
