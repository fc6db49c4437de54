import { prepareService } from './prepare.mjs';

await prepareService();
