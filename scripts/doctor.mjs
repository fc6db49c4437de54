import { prepareService } from './prepare.mjs';

await prepareService();
await import('../dist/ops/commands/doctor.js');
