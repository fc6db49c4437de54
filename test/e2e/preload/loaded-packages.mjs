// Loaded before the service: at its end it tells which files of OpenTelemetry were loaded.

import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);

process.on('exit', () => {
  const loaded = Object.keys(cache).filter((file) => file.includes('@opentelemetry'));
  console.log(`Loaded of OpenTelemetry: ${loaded.length}`);
});
