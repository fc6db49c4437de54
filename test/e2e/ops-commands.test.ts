import type { EventView } from '../../src/ops/event.dto.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, send } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { runProgram, type Ending } from '../support/program.js';
import { TestService } from '../support/service.js';

const REDRIVE = 'ops/commands/redrive.js';
const AUDIT = 'ops/commands/audit.js';
const NOTHING = '01890000-0000-7000-8000-000000000000';

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

describe('npm run redrive', () => {
  it('redrives a run, or all of an event', async () => {
    const [one, other] = [await deadLetter(), await deadLetter()];
    const run = await redrive('--run', one.runs[0]?.id ?? '');
    expect(run).toEqual({ code: 0, output: `Run ${one.runs[0]?.id} is redriven` });
    const event = await redrive('--event', other.id);
    expect(event).toEqual({ code: 0, output: `Run ${other.runs[0]?.id} is redriven` });
    for (const { id } of [one, other]) await failedAgain(id, 1);
  });

  it('redrives what meets filters, and tells of it until it is done', async () => {
    const event = await deadLetter();
    const filters = [
      '--provider',
      'github',
      '--type',
      'pull_request',
      '--failed-from',
      String(event.receivedAt),
    ];
    const preview = await redrive(...filters, '--preview');
    expect(preview.output).toContain('1 would be redriven');
    expect(preview.output).toContain('workflow github-pull-request: 1');
    expect(preview.output).toContain('failed as input_invalid: 1');
    expect(preview.code).toBe(0);

    const done = await redrive(...filters, '--pace', '100', '--reason', 'mended');
    expect(done.output).toMatch(
      /^Redrive [0-9a-f-]{36}: it goes on without this command; --stop [0-9a-f-]{36} ends it$/m,
    );
    expect(done.output).toMatch(/^done: 1 redriven$/m);
    expect(done.code).toBe(0);
    const [, id] = /^Redrive ([0-9a-f-]{36})/.exec(done.output) ?? [];
    expect(await redrive('--status', id ?? '')).toEqual({ code: 0, output: 'done: 1 redriven' });
    expect(await redrive('--stop', id ?? '')).toEqual({ code: 0, output: 'done: 1 redriven' });

    const again = await failedAgain(event.id, 1);
    const change = again.runs[0]?.transitions.find(({ reason }) => reason === 'redriven');
    expect(change).toMatchObject({ actor: 'ops', detail: { redriveId: id, reason: 'mended' } });
  });

  it.each([
    ['nothing', []],
    ['two things', ['--run', NOTHING, '--event', NOTHING]],
    ['a run and a filter', ['--run', NOTHING, '--provider', 'stripe']],
    ['a preview of a run', ['--run', NOTHING, '--preview']],
    ['a reason for a run', ['--run', NOTHING, '--reason', 'mended']],
    ['a decision about a redrive to stop', ['--stop', NOTHING, '--unknown', 'repeat']],
    ['a pace that is none', ['--all', '--pace', 'fast']],
    ['an unknown option', ['--everything']],
    ['an option without its value', ['--run']],
    ['a word', ['all']],
  ])('explains itself when it is given %s', async (_what, args) => {
    const { code, output } = await redrive(...args);
    expect(output).toContain('npm run redrive -- --run <id>');
    expect(output).not.toMatch(/ at .*\.(js|ts):\d+/);
    expect(code).toBe(2);
  });

  it.each([
    ['an unknown run', ['--run', NOTHING], '404 No such run'],
    ['an unknown event', ['--event', 'x/../y'], '404 No such event'],
    ['an unknown redrive', ['--status', NOTHING], '404 No such redrive'],
    ['a code that is none', ['--code', 'bad'], '400 Bad Request: filter.code must be one of'],
    [
      'a decision that is none',
      ['--all', '--unknown', 'maybe'],
      '400 Bad Request: unknownOutcome must be one of',
    ],
    [
      'another address',
      ['--all', '--url', 'http://127.0.0.1:9'],
      'No answer from http://127.0.0.1:9/api/v1/redrives',
    ],
  ])('says what the service says of %s', async (_what, args, sentence) => {
    const { code, output } = await redrive(...args);
    expect(output).toContain(sentence);
    expect(output).not.toMatch(/ at .*\.(js|ts):\d+/);
    expect(code).toBe(1);
  });

  it('says so when the token is wrong', async () => {
    const { code, output } = await run(REDRIVE, ['--all'], { OPS_TOKEN: 'wrong' });
    expect(output).toContain('401 Unauthorized');
    expect(code).toBe(1);
  });
});

describe('npm run audit', () => {
  it('finds nothing wrong with what the service has written, page by page', async () => {
    await deadLetter();
    for (const args of [[], ['--page', '1']]) {
      const { code, output } = await run(AUDIT, args);
      expect(output).toMatch(/^\d+ runs checked, 0 differ from their audit trail$/m);
      expect(code).toBe(0);
    }
  });

  it('names a run that was changed past its audit trail, and fails', async () => {
    const { id, runs } = await deadLetter();
    const runId = runs[0]?.id;
    await backends.pool.query(`UPDATE runs SET status = 'completed' WHERE id = $1`, [runId]);
    const { code, output } = await run(AUDIT, []);
    expect(output).toContain(
      `✗ run ${runId} of event ${id}: status: completed is recorded, the transitions say dead_lettered`,
    );
    expect(output).toMatch(/ 1 differ from their audit trail$/m);
    expect(code).toBe(1);
    await backends.pool.query(`UPDATE runs SET status = 'dead_lettered' WHERE id = $1`, [runId]);
  });

  it('explains itself', async () => {
    expect(await run(AUDIT, ['--page', 'all'])).toMatchObject({ code: 2 });
    const { code, output } = await run(AUDIT, ['--help']);
    expect(output).toContain('npm run audit');
    expect(code).toBe(0);
  });
});

const redrive = (...args: string[]): Promise<Ending> => run(REDRIVE, args);

async function run(file: string, args: readonly string[], env = {}): Promise<Ending> {
  const port = new URL(service.url).port;
  return runProgram(file, { args, folder: service.folder, env: { ...service.env, PORT: port, ...env } });
}

/** Signed, but without a pull request in it. */
async function deadLetter(): Promise<EventView> {
  const reply = await send(service, await githubDelivery(service, 'pull_request', { action: 'opened' }));
  return service.settled(((await reply.json()) as { id: string }).id);
}

/** Nothing has been mended, so a redriven run fails again: after this many redrives. */
async function failedAgain(id: string, redrives: number): Promise<EventView> {
  return eventually(
    async () => {
      const event = await service.event(id);
      const failures = event.runs[0]?.transitions.filter(({ to }) => to === 'dead_lettered');
      return failures?.length === redrives + 1 ? event : undefined;
    },
    15_000,
    () => `event ${id} has not failed again`,
  );
}
