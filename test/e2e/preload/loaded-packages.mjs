// Loaded before the service: at its end it tells how many files of OpenTelemetry's SDK were loaded.

import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);

process.on('exit', () => {
  const loaded = Object.keys(cache).filter((file) => /@opentelemetry\/(sdk|exporter)/.test(file));
  console.log(`Loaded of OpenTelemetry: ${loaded.length}`);
});
