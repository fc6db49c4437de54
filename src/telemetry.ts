/** Preloaded by `--import`, before the service. Where nobody is to be sent traces, it loads next to nothing. */

import { isMainThread } from 'node:worker_threads';

// Threads inherit what their process has preloaded.
if (isMainThread) {
  const { namesCollector, readTracingConfig } = await import('./platform/config/index.js');
  const config = readTracingConfig('.env');
  if (config !== undefined && namesCollector(config)) {
    const { startTelemetry } = await import('./platform/telemetry/index.js');
    startTelemetry(config);
  }
}
