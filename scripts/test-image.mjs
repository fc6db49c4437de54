import { prepareService } from './prepare.mjs';

import { makeTestFolder, runJest } from './launcher/jest.mjs';
import { launch } from './launcher/launch.mjs';
import { ensureRedis } from './launcher/redis.mjs';

// What Docker would do with the Dockerfile and the compose file, without Docker (docs/deployment.md).
await prepareService();
const { folder, remove } = makeTestFolder();
await launch(runImage, () => Promise.resolve(remove()));
remove();

async function runImage() {
  const env = { TEST_IMAGE: 'yes', TEST_REDIS_PROGRAM: await ensureRedis(), TMPDIR: folder };
  process.exitCode = await runJest(['--runInBand'], env);
}
