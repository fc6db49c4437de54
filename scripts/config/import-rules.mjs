// The architecture as data: `dependency-cruiser.mjs` derives the checks from it.

/** The folders of `src`, and which others each may import. What isn't allowed here is forbidden. */
export const MAY_IMPORT = {
  model: [],
  providers: ['model'],
  platform: ['model'],
  store: ['platform', 'model'],
  act: ['store', 'platform', 'model'],
  workflows: ['act', 'providers', 'model'],
  dispatch: ['store', 'platform', 'model'],
  record: ['store', 'platform', 'model'],
  process: ['workflows', 'providers', 'act', 'store', 'platform', 'model'],
  ingest: ['workflows', 'providers', 'record', 'dispatch', 'store', 'platform', 'model'],
  ops: ['*'],
};

/** The files beside the folders that put everything together. */
export const COMPOSITION = ['app.module', 'load-config', 'main', 'service', 'telemetry'];

/** Folders whose own folders are units, each with a door (`index.ts`) of its own and none in common. */
export const DIVIDED = ['platform'];

/** Libraries that belong to some places only. */
export const LIBRARY_FENCES = [
  { name: 'prisma-belongs-to-store', libraries: ['@prisma/*', 'prisma'], places: ['store', 'platform'] },
  { name: 'pg-belongs-to-store', libraries: ['pg'], places: ['store', 'platform'] },
  {
    name: 'bullmq-belongs-to-the-queue',
    libraries: ['bullmq', '@nestjs/bullmq'],
    places: ['platform/queue', 'dispatch', 'process', 'ops', 'app.module'],
  },
  { name: 'prom-client-belongs-to-metrics', libraries: ['prom-client'], places: ['platform/metrics'] },
  { name: 'opentelemetry-is-behind-a-port', libraries: ['@opentelemetry/*'], places: ['platform/telemetry'] },
  { name: 'swagger-belongs-to-the-api-docs', libraries: ['@nestjs/swagger'], places: ['platform/api-docs'] },
  { name: 'ajv-belongs-to-the-schemas', libraries: ['ajv'], places: ['providers', 'ingest'] },
];

/** Libraries that some folders never use. */
export const LIBRARY_BANS = [
  { name: 'model-has-no-libraries', libraries: ['*'], places: ['model'] },
  { name: 'no-nest-in-providers', libraries: ['@nestjs/*'], places: ['providers'] },
];
