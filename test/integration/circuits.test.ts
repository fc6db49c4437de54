import { failure } from '../../src/model/index.js';
import { CircuitBreaker, type Outcome } from '../../src/platform/circuit-breaker/index.js';
import { createPool } from '../../src/platform/database/index.js';
import { PostgresCircuitStore } from '../../src/store/index.js';
import { inParallel } from '../support/in-parallel.js';
import { eventually } from '../support/eventually.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

/** Long enough that it is over only when a test says so. */
const COOLDOWN_MS = 600_000;
/** Port 9 takes no PostgreSQL connections. */
const NOWHERE = 'postgresql://nobody@127.0.0.1:9/nothing';

let stores: TestStores;
let circuits: PostgresCircuitStore;
let count = 0;

beforeAll(async () => {
  stores = await openStores();
  circuits = new PostgresCircuitStore(stores.pool);
});

afterAll(() => stores.close());

const sql = (text: string, ...values: unknown[]) => stores.pool.query(text, values);
const freshName = (): string => `http:target-${++count}.example.org:443`;

function openBreaker(actor: string, store = circuits): CircuitBreaker {
  return new CircuitBreaker(store, { cooldownMs: COOLDOWN_MS, threshold: 5, actor }, silentLogger);
}

function recordAll(breaker: CircuitBreaker, name: string, outcome: Outcome, times: number): void {
  for (let time = 0; time < times; time++) breaker.record(name, outcome);
}

async function exchangeAll(...breakers: CircuitBreaker[]): Promise<void> {
  for (const breaker of breakers) await breaker.exchange();
}

/** Makes it so that what the circuit waits for is over. */
async function endCooldown(name: string): Promise<void> {
  await sql(`UPDATE circuits SET retry_at = now() - interval '1 millisecond' WHERE name = $1`, name);
}

async function stateOf(name: string): Promise<string | undefined> {
  return (await circuits.list()).find((circuit) => circuit.name === name)?.state;
}

/** What happened to the circuit, such as `closed → open: 5 of 5 failed`. */
async function trail(name: string): Promise<string[]> {
  const { rows } = await stores.pool.query<Record<'from' | 'to' | 'reason', string>>(
    'SELECT * FROM circuit_changes WHERE name = $1 ORDER BY id',
    [name],
  );
  return rows.map(({ from, to, reason }) => `${from} → ${to}: ${reason}`);
}

/** A circuit that the first breaker has opened, as all of them know. */
async function openCircuit(first: CircuitBreaker, ...others: CircuitBreaker[]): Promise<string> {
  const name = freshName();
  recordAll(first, name, 'failure', 5);
  await exchangeAll(first, ...others);
  return name;
}

describe('a circuit of one process', () => {
  it('opens at once with the failure that is too much, whatever the store has heard', async () => {
    const breaker = openBreaker('a');
    const name = freshName();
    recordAll(breaker, name, 'failure', 4);
    expect(await breaker.admit(name)).toEqual({ outcome: 'pass' });
    breaker.record(name, 'failure');
    expect(await breaker.admit(name)).toEqual({ outcome: 'refused' });
    expect(await stateOf(name)).toBeUndefined();
    await breaker.exchange();
    expect(await stateOf(name)).toBe('open');
    expect(await breaker.admit(name)).toEqual({ outcome: 'refused' });
  });

  it('costs no write while nothing fails', async () => {
    const breaker = openBreaker('a');
    const name = freshName();
    recordAll(breaker, name, 'success', 1000);
    await breaker.exchange();
    expect(await stateOf(name)).toBeUndefined();
  });

  it('is closed by a probe that succeeds, and what failed before counts no more', async () => {
    const breaker = openBreaker('a');
    const name = await openCircuit(breaker);
    await endCooldown(name);
    await breaker.exchange();
    expect(breaker.dueForProbe()).toContain(name);
    expect(await breaker.admit(name)).toEqual({ outcome: 'probe' });
    expect(await breaker.admit(name)).toEqual({ outcome: 'refused' });
    breaker.record(name, 'success');
    expect(await breaker.admit(name)).toEqual({ outcome: 'pass' });
    recordAll(breaker, name, 'failure', 4);
    await exchangeAll(breaker, breaker);
    expect(await stateOf(name)).toBe('closed');
    expect(await breaker.admit(name)).toEqual({ outcome: 'pass' });
    expect(await trail(name)).toEqual([
      'closed → open: 5 of 5 failed',
      'open → half_open: The cool-down is over',
      'half_open → closed: The probe succeeded',
    ]);
  });

  it('stays open for another cool-down when its probe fails', async () => {
    const breaker = openBreaker('a');
    const name = await openCircuit(breaker);
    await endCooldown(name);
    await breaker.exchange();
    expect(await breaker.admit(name)).toEqual({ outcome: 'probe' });
    breaker.record(name, 'failure');
    await exchangeAll(breaker, breaker);
    expect(await breaker.admit(name)).toEqual({ outcome: 'refused' });
    expect(breaker.dueForProbe()).not.toContain(name);
    expect((await trail(name)).at(-1)).toBe('half_open → open: The probe failed');
  });
});

describe('a circuit of several processes', () => {
  it('opens for all when one has seen enough', async () => {
    const [a, b] = [openBreaker('a'), openBreaker('b')];
    const name = await openCircuit(a, b);
    expect(await b.admit(name)).toEqual({ outcome: 'refused' });
  });

  it('opens when all of them together have seen enough, though none has by itself', async () => {
    const fleet = ['a', 'b', 'c', 'd', 'e'].map((actor) => openBreaker(actor));
    const name = freshName();
    for (const breaker of fleet) breaker.record(name, 'failure');
    await exchangeAll(...fleet, ...fleet);
    for (const breaker of fleet) expect(await breaker.admit(name)).toEqual({ outcome: 'refused' });
    expect(await trail(name)).toEqual(['closed → open: 5 of 5 failed']);
  });

  it('stays closed when most of what the others tried succeeded', async () => {
    const [a, b] = [openBreaker('a'), openBreaker('b')];
    const name = freshName();
    recordAll(b, name, 'success', 10);
    recordAll(a, name, 'failure', 1);
    // The second hears that something failed, and only then tells what succeeded.
    await exchangeAll(a, b, b);
    recordAll(a, name, 'failure', 3);
    await exchangeAll(a, b);
    b.record(name, 'failure');
    await exchangeAll(b, a);
    expect(await stateOf(name)).toBe('closed');
    expect(await a.admit(name)).toEqual({ outcome: 'pass' });
  });

  it('forgets failures that are older than its window', async () => {
    const [a, b] = [openBreaker('a'), openBreaker('b')];
    const name = freshName();
    recordAll(a, name, 'failure', 4);
    await a.exchange();
    await sql(`UPDATE circuits SET window_started_at = now() - interval '31 seconds' WHERE name = $1`, name);
    b.record(name, 'failure');
    await exchangeAll(b, a);
    expect(await stateOf(name)).toBe('closed');
    expect((await circuits.list()).find((circuit) => circuit.name === name)?.failures).toBe(1);
  });

  it('has one probe, whoever asks', async () => {
    const fleet = Array.from({ length: 20 }, (_, index) => openBreaker(`worker ${index}`));
    const name = await openCircuit(...(fleet as [CircuitBreaker]));
    await endCooldown(name);
    await exchangeAll(...fleet);
    const admissions = await inParallel(fleet, fleet.length, (breaker) => breaker.admit(name));
    expect(admissions.filter(({ outcome }) => outcome === 'probe')).toHaveLength(1);
    expect(admissions.filter(({ outcome }) => outcome === 'refused')).toHaveLength(19);
    expect(await stateOf(name)).toBe('half_open');
  });

  it('has another probe when the process of the first one died, and what that one says late is void', async () => {
    const [dead, alive] = [openBreaker('dead'), openBreaker('alive')];
    const name = await openCircuit(dead, alive);
    await endCooldown(name);
    await exchangeAll(dead, alive);
    expect(await dead.admit(name)).toEqual({ outcome: 'probe' });
    await alive.exchange();
    expect(await alive.admit(name)).toEqual({ outcome: 'refused' });
    await endCooldown(name);
    await alive.exchange();
    expect(await alive.admit(name)).toEqual({ outcome: 'probe' });
    dead.record(name, 'success');
    await exchangeAll(dead, dead);
    expect(await stateOf(name)).toBe('half_open');
    expect(await dead.admit(name)).toEqual({ outcome: 'refused' });
    alive.record(name, 'success');
    await exchangeAll(alive, alive, dead);
    expect(await stateOf(name)).toBe('closed');
    expect(await dead.admit(name)).toEqual({ outcome: 'pass' });
  });

  it('that a person opened is neither probed nor closed by anything else', async () => {
    const [a, b] = [openBreaker('a'), openBreaker('b')];
    const name = await openCircuit(a, b);
    await endCooldown(name);
    await exchangeAll(a, b);
    expect(await a.admit(name)).toEqual({ outcome: 'probe' });
    await circuits.openByHand(name, 'moves to a new data centre', 'operator');
    a.record(name, 'success');
    await exchangeAll(a, a, b);
    await endCooldown(name);
    await exchangeAll(a, b);
    expect(await a.admit(name)).toEqual({ outcome: 'refused' });
    expect(await b.admit(name)).toEqual({ outcome: 'refused' });
    expect(await circuits.claimProbe(name, 'b')).toBe(false);

    await circuits.closeByHand(name, 'has moved', 'operator');
    await exchangeAll(a, b);
    expect(await a.admit(name)).toEqual({ outcome: 'pass' });
    expect(await b.admit(name)).toEqual({ outcome: 'pass' });
    expect((await trail(name)).slice(-2)).toEqual([
      'half_open → open: moves to a new data centre',
      'open → closed: has moved',
    ]);
  });
});

describe('a run that waits for a circuit', () => {
  async function waitFor(name: string): Promise<string> {
    const { lease } = await stores.claimNew();
    await stores.runs.settle(lease, 'worker:test', {
      from: 'running',
      to: 'pending',
      reason: 'circuit_open',
      waitingOn: name,
    });
    return lease.runId;
  }

  const isToBeQueued = async (runId: string): Promise<boolean> =>
    (await stores.dispatch.findUnqueued(['stripe'], 500)).some(({ id }) => id === runId);

  /** Makes it so that every process has heard of the last change. */
  const letItBeKnown = (name: string) =>
    sql(`UPDATE circuits SET updated_at = now() - interval '2 seconds' WHERE name = $1`, name);

  it('is left alone while the circuit is open or probed, and queued when all know that it is closed', async () => {
    const breaker = openBreaker('a');
    const name = await openCircuit(breaker);
    const runId = await waitFor(name);
    await letItBeKnown(name);
    expect(await isToBeQueued(runId)).toBe(false);
    expect((await circuits.list()).find((circuit) => circuit.name === name)?.waitingRuns).toBe(1);
    expect(await circuits.findWaiting(name)).toBe(runId);

    await endCooldown(name);
    expect(await circuits.claimProbe(name, 'a')).toBe(true);
    await letItBeKnown(name);
    expect(await isToBeQueued(runId)).toBe(false);

    await circuits.settleProbe(name, 'success', { cooldownMs: COOLDOWN_MS, actor: 'a' });
    expect(await isToBeQueued(runId)).toBe(false);
    await letItBeKnown(name);
    expect(await isToBeQueued(runId)).toBe(true);
    await stores.dispatch.markQueued([{ runId, number: 1, epoch: 1 }]);
    expect(await isToBeQueued(runId)).toBe(false);
    expect(await stores.run(runId)).toMatchObject({ status: 'pending', attempts: 0, waiting_on: null });
  });

  it('still waits though a job from before is marked only now', async () => {
    const name = freshName();
    await circuits.openByHand(name, 'maintenance', 'ops');
    const runId = await waitFor(name);
    await stores.dispatch.markQueued([{ runId, number: 1, epoch: 0 }]);
    expect(await stores.run(runId)).toMatchObject({ waiting_on: name, queued_at: null });
    expect(await circuits.findWaiting(name)).toBe(runId);
  });

  it('that was the probe, in vain, is queued for its next attempt', async () => {
    const name = freshName();
    await circuits.openByHand(name, 'maintenance', 'ops');
    const runId = await waitFor(name);
    const { lease } = await stores.claim(runId);
    expect(await isToBeQueued(runId)).toBe(false);
    await stores.runs.settle(lease, 'worker:test', {
      from: 'running',
      to: 'retrying',
      reason: 'failed',
      failure: failure('target_unavailable', 'still away'),
      retryInMs: 60_000,
    });
    expect(await isToBeQueued(runId)).toBe(true);
  });

  it('is not the one by which its provider is probed', async () => {
    const waiting = await stores.claimNew({ provider: 'paypal' });
    await stores.runs.settle(waiting.lease, 'worker:test', {
      from: 'running',
      to: 'pending',
      reason: 'circuit_open',
      waitingOn: freshName(),
    });
    expect(await circuits.findDueOf('paypal')).toBeUndefined();
    const due = await stores.recordRun({ provider: 'paypal' });
    await stores.recordRun({ provider: 'paypal', receivedAt: new Date(Date.now() + 1000) });
    expect(await circuits.findDueOf('paypal')).toBe(due.id);
  });
});

describe('while the store cannot be reached', () => {
  it('each process opens, probes and closes by what it has seen itself', async () => {
    const pool = createPool(NOWHERE, () => undefined);
    const breaker = new CircuitBreaker(
      new PostgresCircuitStore(pool),
      { cooldownMs: 30, threshold: 5, actor: 'alone' },
      silentLogger,
    );
    const name = freshName();
    recordAll(breaker, name, 'failure', 5);
    await breaker.exchange();
    const admitted = await eventually(
      async () => {
        const admission = await breaker.admit(name);
        return admission.outcome === 'refused' ? undefined : admission;
      },
      5_000,
      () => 'no probe after the cool-down',
    );
    expect(admitted).toEqual({ outcome: 'probe' });
    expect(await breaker.admit(name)).toEqual({ outcome: 'refused' });
    breaker.record(name, 'success');
    expect(await breaker.admit(name)).toEqual({ outcome: 'pass' });
    await pool.end();
  });
});

describe('the audit trail of circuits', () => {
  it('is written once', async () => {
    const name = freshName();
    await circuits.openByHand(name, 'maintenance', 'operator');
    for (const statement of [
      `UPDATE circuit_changes SET reason = 'another'`,
      'DELETE FROM circuit_changes',
      'TRUNCATE circuit_changes',
    ]) {
      await expect(sql(statement)).rejects.toThrow('its rows are written once');
    }
    expect(await trail(name)).toEqual(['closed → open: maintenance']);
  });
});
