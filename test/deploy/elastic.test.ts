import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send } from '../support/deliveries.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { TestService } from '../support/service.js';

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

const template = JSON.parse(readFileSync('deploy/elastic/index-template.json', 'utf8')) as {
  index_patterns: string[];
  template: { mappings: Mapping & { dynamic: boolean } };
};
const { mappings } = template.template;

describe('the index template', () => {
  let backends: TestBackends;
  let folder: string;
  let service: TestService;

  beforeAll(async () => {
    backends = await openBackends('postgres');
    folder = makeFolder('elastic');
    service = await TestService.start({ env: backends.env, folder });
  });

  afterAll(async () => {
    await service.stop();
    await backends.close();
    removeFolder(folder);
  });

  it('takes what workflows log as one field, and adds none by itself', () => {
    expect(mappings.dynamic).toBe(false);
    expect(mappings.properties?.['integration']?.type).toBe('flattened');
  });

  it('has a place for every field of a real log', async () => {
    const delivery = await githubDelivery(service, 'push', sampleBody('github', 'push'));
    const { id } = (await (await send(service, delivery)).json()) as { id: string };
    await service.settled(id);
    await send(service, { ...delivery, body: '{}' });
    await service.stop();

    const lines = readFileSync(join(folder, 'logs', 'combined.log'), 'utf8')
      .trim()
      .split('\n');
    const fields = new Set(lines.flatMap((line) => pathsOf(JSON.parse(line) as Record<string, unknown>)));
    const placeless = [...fields].filter((path) => mappingOf(path)?.type === undefined);
    expect(placeless).toEqual([]);
    expect([...fields]).toEqual(expect.arrayContaining(['@timestamp', 'log.level', 'integration.eventId']));
  });
});

describe('Filebeat', () => {
  const filebeat = parse(readFileSync('deploy/elastic/filebeat.yml', 'utf8')) as {
    setup: { template: { pattern: string } };
    'output.elasticsearch': { index: string };
  };

  it('writes where the template applies', () => {
    const { setup, 'output.elasticsearch': output } = filebeat;
    expect(template.index_patterns).toEqual([setup.template.pattern]);
    expect(output.index.startsWith(setup.template.pattern.replace('*', ''))).toBe(true);
  });
});

/** Dotted names are one field to Elasticsearch, whether nested or not. */
function pathsOf(value: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? pathsOf(inner as Record<string, unknown>, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  );
}

/** Of the field itself, or of the flattened object that it is part of. */
function mappingOf(path: string): Mapping | undefined {
  let found: Mapping = mappings;
  for (const name of path.split('.')) {
    const inner = found.properties?.[name];
    if (inner === undefined) return found.type === 'flattened' ? found : undefined;
    found = inner;
  }
  return found;
}
