import examples from '@octokit/webhooks-examples/api.github.com/index.json' with { type: 'json' };
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, send } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { readLog, type LogLine } from '../support/log-lines.js';
import { TestService } from '../support/service.js';

let backends: TestBackends;
let service: TestService;

beforeAll(async () => {
  backends = await openBackends('postgres');
  service = await TestService.start({ env: backends.env });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await backends.close();
});

type Line = Record<string, unknown>;

/** Lines about payloads that are unlike their schema. */
async function warnings(): Promise<LogLine[]> {
  return (await readLog(service)).filter(({ message }) => message === 'Payload unlike its schema');
}

/** A real deletion of a star, as the schema has it. */
const star = examples
  .find(({ name }) => name === 'star')
  ?.examples.find((example) => (example as Line)['action'] === 'deleted') as Line;

/** Sends it, and gives the status of its event in the end. */
async function finish(payload: Record<string, unknown>): Promise<string> {
  const reply = await send(service, await githubDelivery(service, 'star', payload));
  expect(reply.status).toBe(202);
  const { id } = (await reply.json()) as { id: string };
  return (await service.settled(id)).status;
}

describe('a payload of GitHub', () => {
  it('that is unlike its schema is work like any other, and told of once in ten times', async () => {
    const { sender: _sender, ...anonymous } = star;
    for (let count = 0; count < 10; count++) expect(await finish(anonymous)).toBe('completed');
    const lines = await eventually(
      async () => ((await warnings()).length === 2 ? warnings() : undefined),
      20_000,
      () => 'there are no two warnings',
    );
    const warning = { provider: 'github', type: 'star.deleted', reason: expect.any(String) as string };
    expect(lines).toMatchObject([
      { 'log.level': 'warn', integration: { ...warning, count: 1 } },
      { 'log.level': 'warn', integration: { ...warning, count: 10 } },
    ]);
    expect(lines[0]?.integration['reason']).toBe("must have required property 'sender'");
    // They are about many events, and must not seem to be about one.
    for (const line of lines) expect(Object.keys(line)).not.toContain('http.request.id');
  });

  it('with a field that nobody knew of is not worth a word', async () => {
    expect(await finish({ ...star, news: { of: 'tomorrow' } })).toBe('completed');
    // Another one behind it has been told of, so it has been checked.
    expect(await finish({ ...star, repository: 7 })).toBe('completed');
    const [last] = await eventually(
      async () => ((await warnings()).length === 3 ? (await warnings()).slice(-1) : undefined),
      20_000,
      () => 'there is no third warning',
    );
    expect(last).toMatchObject({ integration: { reason: '/repository must be object', count: 1 } });
  });
});
