import { randomUUID } from 'node:crypto';
import { failure, type FailureCode } from '../../src/model/index.js';
import type { ClaimedRun, StepEntry } from '../../src/store/index.js';
import { newEvent, openStores, type TestStores } from '../support/stores.js';

const ACTOR = 'ops';
const NOTHING = '01890000-0000-7000-8000-000000000000';

let stores: TestStores;

beforeAll(async () => {
  stores = await openStores();
});

afterEach(async () => {
  // What a test leaves would be a dead letter for the next one, too.
  await sql(`UPDATE runs SET status = 'completed' WHERE status <> 'completed'`);
});

afterAll(() => stores.close());

const sql = async <Row>(text: string, ...values: unknown[]): Promise<Row[]> =>
  (await stores.pool.query(text, values)).rows as Row[];

const entryOf = (run: ClaimedRun, name: string): StepEntry => ({
  name,
  action: 'email',
  inputHash: Buffer.alloc(32),
  idempotencyKey: `${run.lease.runId}:${name}`,
});

/** A run that failed for good, after one step was done. */
async function deadLetter(code: FailureCode = 'target_refused', event = {}): Promise<ClaimedRun> {
  const run = await stores.claimNew(event);
  await stores.steps.finish(run.lease, entryOf(run, 'keep'), { kept: true });
  await stores.steps.begin(run.lease, entryOf(run, 'send'), false);
  if (code !== 'outcome_unknown') await stores.steps.fail(run.lease, entryOf(run, 'send'));
  await stores.runs.settle(run.lease, ACTOR, {
    from: 'running',
    to: 'dead_lettered',
    reason: 'failed',
    failure: failure(code, 'for good', 'send'),
  });
  return run;
}

/** A run that failed for good and whose compensation ended so. */
async function undone(to: 'compensated' | 'compensation_failed', unknown = false): Promise<ClaimedRun> {
  const run = await stores.claimNew();
  await stores.steps.finish(run.lease, entryOf(run, 'keep'), null);
  await stores.steps.begin(run.lease, entryOf(run, 'send'), false);
  if (!unknown) await stores.steps.fail(run.lease, entryOf(run, 'send'));
  const refused = failure('target_refused', 'for good', 'send');
  await stores.runs.settle(run.lease, ACTOR, {
    from: 'running',
    to: 'compensating',
    reason: 'failed',
    failure: refused,
  });
  await stores.runs.settle(run.lease, ACTOR, {
    from: 'compensating',
    to,
    ...(to === 'compensated' ? { reason: 'finished' } : { reason: 'failed', failure: refused }),
  });
  return run;
}

const ledger = async (runId: string): Promise<string[]> =>
  (
    await sql<Record<'name' | 'status', string>>('SELECT * FROM steps WHERE run_id = $1 ORDER BY name', runId)
  ).map(({ name, status }) => `${name} ${status}`);

const redriveRun = ({ lease }: ClaimedRun, decision?: 'repeat' | 'assume_done') =>
  stores.redrives.redriveRun(lease.runId, ACTOR, decision);

/** Does what is due until nothing is. */
async function carryOut(): Promise<void> {
  while ((await stores.redrives.redriveBatches()) > 0);
}

/** Takes the pace away: every batch is due. */
const hurry = () => sql('UPDATE redrives SET next_batch_at = now()');

const statuses = async (runs: readonly ClaimedRun[]): Promise<unknown[]> =>
  Promise.all(runs.map(async ({ lease }) => (await stores.run(lease.runId))['status']));

describe('a dead letter that is redriven', () => {
  it('is the same run from the step that failed, with attempts anew and its old keys', async () => {
    const run = await deadLetter();
    expect(await redriveRun(run)).toEqual({ runId: run.lease.runId, verdict: 'redriven', newRunId: null });

    expect(await stores.run(run.lease.runId)).toMatchObject({
      status: 'pending',
      attempts: 0,
      compensation_attempts: 0,
      crashes: 0,
      queued_at: null,
      next_attempt_at: null,
      waiting_on: null,
      finished_at: null,
      superseded_by: null,
    });
    expect(await ledger(run.lease.runId)).toEqual(['keep done', 'send failed']);
    expect((await stores.trail(run.lease.runId)).at(-1)).toBe('dead_lettered → pending redriven');
    const again = await stores.claim(run.lease.runId);
    expect(again.ledger.get('keep')).toEqual({ status: 'done', output: { kept: true } });
    expect(again.attempt).toBe(1);
  });

  it('by 20 people at once, alone and with its event, is redriven once', async () => {
    const run = await deadLetter();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? redriveRun(run) : stores.redrives.redriveEvent(run.event.id, ACTOR),
      ),
    );
    expect(answers.flat().filter((judged) => judged !== undefined)).toHaveLength(1);
    const trail = await stores.trail(run.lease.runId);
    expect(trail.filter((change) => change.endsWith('redriven'))).toHaveLength(1);
  });

  it('after its compensation failed is the same run, too', async () => {
    const run = await undone('compensation_failed');
    expect(await redriveRun(run)).toMatchObject({ verdict: 'redriven' });
    expect((await stores.trail(run.lease.runId)).at(-1)).toBe('compensation_failed → pending redriven');
    expect(await stores.run(run.lease.runId)).toMatchObject({ status: 'pending', compensation_attempts: 0 });
  });

  it('after it was compensated makes room for a new run, whose keys are new', async () => {
    const run = await undone('compensated');
    const judged = await redriveRun(run);
    expect(judged).toMatchObject({ verdict: 'reopened', newRunId: expect.any(String) as string });
    const newRunId = judged?.newRunId ?? '';
    expect(newRunId[14]).toBe('7');

    expect(await stores.run(run.lease.runId)).toMatchObject({
      status: 'compensated',
      superseded_by: newRunId,
    });
    expect(await stores.run(newRunId)).toMatchObject({
      event_id: run.event.id,
      workflow: run.workflow,
      number: 2,
      status: 'pending',
    });
    expect(await ledger(newRunId)).toEqual([]);
    expect(await sql('SELECT actor, action, detail FROM audit WHERE subject = $1', run.lease.runId)).toEqual([
      { actor: ACTOR, action: 'run_reopened', detail: { newRunId, eventId: run.event.id } },
    ]);
    expect(await redriveRun(run)).toBeUndefined();
    expect(await stores.redrives.findRun(run.lease.runId)).toEqual({
      status: 'compensated',
      supersededBy: newRunId,
    });
  });

  it('by 20 people at once after it was compensated makes room for one run', async () => {
    const run = await undone('compensated');
    const answers = await Promise.all(Array.from({ length: 20 }, () => redriveRun(run)));
    expect(answers.filter((judged) => judged !== undefined)).toHaveLength(1);
    expect(await sql('SELECT FROM runs WHERE event_id = $1', run.event.id)).toHaveLength(2);
  });
});

describe('an effect that may have happened', () => {
  it('is left alone without a decision', async () => {
    const run = await deadLetter('outcome_unknown');
    expect(await redriveRun(run)).toMatchObject({ verdict: 'needs_decision' });
    expect(await stores.run(run.lease.runId)).toMatchObject({ status: 'dead_lettered' });
    expect(await ledger(run.lease.runId)).toEqual(['keep done', 'send started']);
  });

  it.each([
    ['repeat', 'send failed'],
    ['assume_done', 'send done'],
  ] as const)('becomes, by the decision %s, a step that is %s', async (decision, entry) => {
    const run = await deadLetter('outcome_unknown');
    expect(await redriveRun(run, decision)).toMatchObject({ verdict: 'redriven' });
    expect(await ledger(run.lease.runId)).toEqual(['keep done', entry]);
    const [change] = await sql<{ detail: unknown }>(
      'SELECT detail FROM transitions WHERE run_id = $1 ORDER BY id DESC LIMIT 1',
      run.lease.runId,
    );
    expect(change?.detail).toEqual({ unknownOutcome: decision });
  });

  it('is decided for the step that failed alone', async () => {
    const run = await deadLetter('outcome_unknown');
    // Of this one, too, it is not known, but its target tells a repetition.
    await stores.pool.query(
      `INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, started_at)
       VALUES ($1, 'charge', 'http', 'started', '', 'key', now())`,
      [run.lease.runId],
    );
    expect(await redriveRun(run, 'repeat')).toMatchObject({ verdict: 'redriven' });
    expect(await ledger(run.lease.runId)).toEqual(['charge started', 'keep done', 'send failed']);
  });

  it('that was undone is neither in question nor taken for done', async () => {
    const run = await undone('compensated', true);
    await stores.pool.query(
      `INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, started_at, finished_at)
       VALUES ($1, 'send:compensation', 'http', 'done', '', 'key', now(), now())`,
      [run.lease.runId],
    );
    const judged = await redriveRun(run, 'assume_done');
    expect(judged).toMatchObject({ verdict: 'reopened' });
    expect(await ledger(judged?.newRunId ?? '')).toEqual([]);

    const other = await undone('compensated', true);
    expect(await redriveRun(other)).toMatchObject({ verdict: 'needs_decision' });
    await stores.pool.query(
      `INSERT INTO steps (run_id, name, action, status, input_hash, idempotency_key, started_at, finished_at)
       VALUES ($1, 'send:compensation', 'http', 'done', '', 'key', now(), now())`,
      [other.lease.runId],
    );
    expect(await redriveRun(other)).toMatchObject({ verdict: 'reopened' });
  });

  it('is decided only where it is unknown', async () => {
    const run = await deadLetter('target_refused');
    await redriveRun(run, 'assume_done');
    expect(await ledger(run.lease.runId)).toEqual(['keep done', 'send failed']);
  });

  it('needs a decision after a compensation, too, since the new keys would repeat it', async () => {
    const run = await undone('compensated', true);
    expect(await redriveRun(run)).toMatchObject({ verdict: 'needs_decision' });
    const judged = await redriveRun(run, 'assume_done');
    expect(judged).toMatchObject({ verdict: 'reopened' });
    expect(await ledger(judged?.newRunId ?? '')).toEqual(['send done']);
  });
});

describe('a redrive of many', () => {
  const filter = (type: string) => ({ type });

  it('sends each once that failed before it, and skips what it may not', async () => {
    const type = `many.${randomUUID()}`;
    const fine = [await deadLetter('target_refused', { type }), await deadLetter('unexpected', { type })];
    const unknown = await deadLetter('outcome_unknown', { type });
    const other = await deadLetter();
    const { id } = await stores.redrives.start({
      filter: filter(type),
      perSecond: 1000,
      reason: 'away',
      actor: ACTOR,
    });
    const late = await deadLetter('target_refused', { type });
    await carryOut();
    await hurry();
    await carryOut();

    expect(await statuses([...fine, unknown, other, late])).toEqual([
      'pending',
      'pending',
      'dead_lettered',
      'dead_lettered',
      'dead_lettered',
    ]);
    expect(await stores.redrives.find(id)).toMatchObject({
      status: 'done',
      redriven: 2,
      needsDecision: 1,
      payloadDropped: 0,
      finishedAt: expect.any(Date) as Date,
    });
    const [change] = await sql<{ detail: unknown; actor: string }>(
      `SELECT detail, actor FROM transitions WHERE run_id = $1 AND reason = 'redriven'`,
      fine[0]?.lease.runId,
    );
    expect(change).toEqual({ detail: { redriveId: id, reason: 'away' }, actor: ACTOR });
  });

  it('does anew what was undone only where it is named', async () => {
    const run = await undone('compensated');
    const everything = { perSecond: 1000, actor: ACTOR };
    await stores.redrives.start({ ...everything, filter: {} });
    await carryOut();
    expect(await stores.run(run.lease.runId)).toMatchObject({ superseded_by: null });
    await stores.redrives.start({ ...everything, filter: { status: 'compensated' } });
    await carryOut();
    expect((await stores.run(run.lease.runId))['superseded_by']).not.toBeNull();
  });

  it('keeps its pace, however many carry it out', async () => {
    const type = `pace.${randomUUID()}`;
    const runs = [];
    for (let count = 0; count < 5; count++) runs.push(await deadLetter('unexpected', { type }));
    const { id } = await stores.redrives.start({ filter: filter(type), perSecond: 2, actor: ACTOR });
    await Promise.all(Array.from({ length: 8 }, carryOut));
    // The row was made a moment ago, so one batch of a second's work is due.
    expect(await stores.redrives.find(id)).toMatchObject({ status: 'running', redriven: 2 });
    expect(await statuses(runs)).toEqual([
      'pending',
      'pending',
      'dead_lettered',
      'dead_lettered',
      'dead_lettered',
    ]);
  });

  it('goes on where it was, and each run once, when many hurry', async () => {
    const type = `hurry.${randomUUID()}`;
    const runs = [];
    for (let count = 0; count < 30; count++) runs.push(await deadLetter('unexpected', { type }));
    const { id } = await stores.redrives.start({ filter: filter(type), perSecond: 7, actor: ACTOR });
    for (let round = 0; round < 6; round++) {
      await hurry();
      await Promise.all(Array.from({ length: 4 }, () => stores.redrives.redriveBatches()));
    }
    expect(await stores.redrives.find(id)).toMatchObject({ status: 'done', redriven: 30 });
    expect(
      await sql(
        `SELECT FROM transitions JOIN runs ON runs.id = run_id JOIN events ON events.id = event_id
         WHERE type = $1 AND reason = 'redriven'`,
        type,
      ),
    ).toHaveLength(30);
  });

  it('finds the few that are meant behind many others', async () => {
    const [crowd, type] = [`crowd.${randomUUID()}`, `few.${randomUUID()}`];
    const { event } = await deadLetter('unexpected', { type: crowd });
    await sql(
      `INSERT INTO runs (id, event_id, provider, workflow, number, workflow_version, status, created_at, finished_at)
       SELECT new_uuid_v7(), $1, 'stripe', 'crowd', number, 1, 'dead_lettered', now(), now()
       FROM generate_series(1, 10500) number`,
      event.id,
    );
    const few = await deadLetter('unexpected', { type });
    const { id } = await stores.redrives.start({ filter: filter(type), perSecond: 1, actor: ACTOR });
    await carryOut();
    await hurry();
    await carryOut();
    expect(await statuses([few])).toEqual(['pending']);
    expect(await stores.redrives.find(id)).toMatchObject({ status: 'done', redriven: 1 });
  });

  it('that was stopped goes no further', async () => {
    const type = `stop.${randomUUID()}`;
    const runs = [await deadLetter('unexpected', { type }), await deadLetter('unexpected', { type })];
    const { id } = await stores.redrives.start({ filter: filter(type), perSecond: 1, actor: ACTOR });
    await stores.redrives.redriveBatches();
    await stores.redrives.stop(id);
    await hurry();
    await carryOut();
    expect(await statuses(runs)).toEqual(['pending', 'dead_lettered']);
    expect(await stores.redrives.find(id)).toMatchObject({ status: 'stopped', redriven: 1 });
  });

  it('is foretold by its preview', async () => {
    const type = `preview.${randomUUID()}`;
    await deadLetter('target_refused', { type });
    await deadLetter('target_refused', { type });
    await deadLetter('unexpected', { type: `${type}.more` });
    await deadLetter('outcome_unknown', { type });
    const preview = await stores.deadLetters.preview({ type });
    expect(preview).toEqual({
      runs: 3,
      newRuns: 0,
      needsDecision: 1,
      payloadDropped: 0,
      byWorkflow: { log: 3 },
      byCode: { target_refused: 2, unexpected: 1 },
      stepsDone: [{ workflow: 'log', step: 'keep', runs: 3 }],
    });
    expect(await stores.deadLetters.preview({ type }, 'repeat')).toMatchObject({ runs: 4, needsDecision: 0 });
  });
});

describe('the list of dead letters', () => {
  it('has the newest failure first, with every failure of the run', async () => {
    const type = `list.${randomUUID()}`;
    const run = await stores.claimNew({ type });
    const away = failure('target_unavailable', 'away', 'send');
    const refused = failure('target_refused', 'no', 'send');
    await stores.runs.settle(run.lease, ACTOR, {
      from: 'running',
      to: 'retrying',
      reason: 'failed',
      failure: away,
      retryInMs: 0,
    });
    const second = await stores.claim(run.lease.runId);
    await stores.runs.settle(second.lease, ACTOR, {
      from: 'running',
      to: 'dead_lettered',
      reason: 'failed',
      failure: refused,
    });
    const later = await deadLetter('unexpected', { type });

    const found = await stores.deadLetters.list({ type }, 10);
    expect(found.map(({ id }) => id)).toEqual([later.lease.runId, run.lease.runId]);
    expect(found[1]).toMatchObject({
      status: 'dead_lettered',
      attempts: 2,
      last_error: refused,
      failures: [
        { attempt: 1, failure: away },
        { attempt: 2, failure: refused },
      ],
    });
  });

  it('comes in pages without a gap, also where many failed at one time', async () => {
    const type = `pages.${randomUUID()}`;
    const runs = [];
    for (let count = 0; count < 7; count++) runs.push(await deadLetter('unexpected', { type }));
    await sql(
      `UPDATE runs SET finished_at = '2026-05-05' WHERE id = ANY ($1)`,
      runs.map(({ lease }) => lease.runId),
    );
    const seen: string[] = [];
    for (let page = await stores.deadLetters.list({ type }, 3); page.length > 0;) {
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1)!;
      page = await stores.deadLetters.list({ type }, 3, { failedAt: last.finished_at, runId: last.id });
    }
    expect(seen).toEqual(
      runs
        .map(({ lease }) => lease.runId)
        .sort()
        .reverse(),
    );
  });

  it('does not have what a newer run has taken the place of', async () => {
    const run = await undone('compensated');
    await redriveRun(run);
    expect((await stores.deadLetters.list({}, 100)).map(({ id }) => id)).not.toContain(run.lease.runId);
  });

  it.each([
    ['provider', { provider: 'github' }],
    ['type', { type: 'other' }],
    ['part of a type that is not before a dot', { type: 'filtere' }],
    ['workflow', { workflow: 'other' }],
    ['code', { code: 'unexpected' }],
    ['status', { status: 'compensated' as const }],
    ['time of receipt', { receivedFrom: new Date('2999-01-01') }],
    ['time of receipt, before', { receivedBefore: new Date('2001-01-01') }],
    ['time of failure', { failedFrom: new Date('2999-01-01') }],
    ['time of failure, before', { failedBefore: new Date('2001-01-01') }],
  ])('can be filtered by %s', async (_what, filter) => {
    const run = await deadLetter('target_refused', { type: 'filtered.one' });
    const mine = {
      provider: 'stripe',
      type: 'filtered',
      workflow: 'log',
      code: 'target_refused',
      status: 'dead_lettered' as const,
      receivedFrom: new Date('2001-01-01'),
      receivedBefore: new Date('2999-01-01'),
      failedFrom: new Date('2001-01-01'),
      failedBefore: new Date('2999-01-01'),
    };
    expect((await stores.deadLetters.list(mine, 10)).map(({ id }) => id)).toContain(run.lease.runId);
    expect((await stores.deadLetters.list({ ...mine, ...filter }, 10)).map(({ id }) => id)).toEqual([]);
  });
});

describe('asked for what is not there', () => {
  it('neither redrive nor search finds anything', async () => {
    expect(await stores.redrives.redriveRun(NOTHING, ACTOR)).toBeUndefined();
    expect(await stores.redrives.redriveEvent(NOTHING, ACTOR)).toEqual([]);
    expect(await stores.redrives.findRun(NOTHING)).toBeUndefined();
    expect(await stores.redrives.hasEvent(NOTHING)).toBe(false);
    expect(await stores.redrives.find(NOTHING)).toBeUndefined();
  });

  it('a recorded event without dead letters has none', async () => {
    const event = newEvent();
    await stores.events.record([event]);
    expect(await stores.redrives.redriveEvent(event.event.id, ACTOR)).toEqual([]);
    expect(await stores.redrives.hasEvent(event.event.id)).toBe(true);
  });
});
