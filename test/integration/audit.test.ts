import { failure } from '../../src/model/index.js';
import type { AuditPage, Settlement } from '../../src/store/index.js';
import { openStores, type TestStores } from '../support/stores.js';

const ACTOR = 'worker:test';
const refused = failure('target_refused', 'for good', 'send');

let stores: TestStores;

beforeAll(async () => {
  stores = await openStores();
});

afterAll(() => stores.close());

/** Every way that a run can go, so that the rules of the rebuild are compared with those of the statements. */
async function lives(): Promise<string[]> {
  const settle = async (settlement: Settlement): Promise<string> => {
    const run = await stores.claimNew();
    await stores.runs.settle(run.lease, ACTOR, settlement);
    return run.lease.runId;
  };
  const pending = (await stores.recordRun()).id;
  const running = (await stores.claimNew()).lease.runId;
  const completed = await settle({ from: 'running', to: 'completed', reason: 'finished' });
  const released = await settle({ from: 'running', to: 'pending', reason: 'released' });
  const waiting = await settle({
    from: 'running',
    to: 'pending',
    reason: 'circuit_open',
    waitingOn: 'smtp',
  });
  const redriven = await settle({ from: 'running', to: 'dead_lettered', reason: 'failed', failure: refused });
  await stores.redrives.redriveRun(redriven, 'ops');

  const retried = await settle({
    from: 'running',
    to: 'retrying',
    reason: 'failed',
    failure: refused,
    retryInMs: 0,
  });
  await stores.claim(retried);
  await stores.expireLease(retried);
  await stores.claim(retried);

  const undone = (await stores.claimNew()).lease;
  await stores.expireLease(undone.runId);
  const { lease } = await stores.claim(undone.runId);
  await stores.runs.settle(lease, ACTOR, {
    from: 'running',
    to: 'compensating',
    reason: 'failed',
    failure: refused,
  });
  await stores.runs.settle(lease, ACTOR, {
    from: 'compensating',
    to: 'compensating',
    reason: 'failed',
    failure: refused,
    retryInMs: 0,
  });
  const second = await stores.claim(undone.runId);
  await stores.runs.release([second.lease], ACTOR);
  const third = await stores.claim(undone.runId);
  await stores.expireLease(undone.runId);
  const fourth = await stores.claim(third.lease.runId);
  await stores.runs.settle(fourth.lease, ACTOR, {
    from: 'compensating',
    to: 'compensated',
    reason: 'finished',
  });
  const reopened = (await stores.redrives.redriveRun(undone.runId, 'ops'))?.newRunId ?? '';
  return [pending, running, completed, released, waiting, redriven, retried, undone.runId, reopened];
}

/** All pages. */
async function check(limit: number): Promise<Omit<AuditPage, 'nextCursor'>> {
  let checked = 0;
  const mismatches: AuditPage['mismatches'][number][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: AuditPage = await stores.audit.check(limit, cursor);
    checked += page.checked;
    mismatches.push(...page.mismatches);
    cursor = page.nextCursor;
  }
  return { checked, mismatches };
}

describe('the audit of runs', () => {
  it('finds nothing in what the service has written, whatever the size of the pages', async () => {
    const runs = await lives();
    for (const limit of [1, 2, runs.length, 1000]) {
      expect(await check(limit)).toEqual({ checked: runs.length, mismatches: [] });
    }
  });

  it('finds a run whose status was changed past the audit trail, and says what it ought to be', async () => {
    const { id } = await stores.recordRun();
    const { event_id: eventId } = await stores.run(id);
    await stores.pool.query(`UPDATE runs SET status = 'completed' WHERE id = $1`, [id]);
    expect((await check(1000)).mismatches).toEqual([
      {
        runId: id,
        eventId,
        recorded: { status: 'completed', attempts: 0, compensationAttempts: 0, crashes: 0 },
        rebuilt: { status: 'pending', attempts: 0, compensationAttempts: 0, crashes: 0 },
        fault: 'status: completed is recorded, the transitions say pending',
      },
    ]);
    await stores.pool.query(`UPDATE runs SET status = 'pending' WHERE id = $1`, [id]);
  });

  it('finds counts that were changed', async () => {
    const { lease } = await stores.claimNew();
    await stores.pool.query('UPDATE runs SET attempts = 7 WHERE id = $1', [lease.runId]);
    expect((await check(1000)).mismatches).toMatchObject([
      { runId: lease.runId, fault: 'attempts: 7 is recorded, the transitions say 1' },
    ]);
    await stores.pool.query('UPDATE runs SET attempts = 1 WHERE id = $1', [lease.runId]);
  });

  it('finds a change that was made up', async () => {
    const { id } = await stores.recordRun();
    await stores.pool.query(
      `INSERT INTO transitions (run_id, "from", "to", attempt, reason, actor) VALUES ($1, 'running', 'completed', 1, 'finished', 'x')`,
      [id],
    );
    expect((await check(1000)).mismatches).toMatchObject([
      { runId: id, rebuilt: null, fault: 'Transition 1, running → completed, follows pending' },
    ]);
  });
});
