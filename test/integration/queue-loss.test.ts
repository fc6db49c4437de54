import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Dispatcher, type RunQueues } from '../../src/dispatch/index.js';
import { QueueLossDetector } from '../../src/dispatch/queue-loss-detector.js';
import { QueueSentinel, SENTINEL_QUEUE, type Sentinel } from '../../src/dispatch/queue-sentinel.js';
import { failure, jobId, queueName, type RunJob } from '../../src/model/index.js';
import type { QueueConnections } from '../../src/platform/queue/index.js';
import { InstallationStore, type QueueableRun } from '../../src/store/index.js';
import { connectTestQueue, loseQueue, QUEUE_BACKENDS } from '../support/backends.js';
import { eventually } from '../support/eventually.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

const PROVIDER = 'stripe';

describe.each(QUEUE_BACKENDS)('a queue in %s', (backend) => {
  let stores: TestStores;
  let connections: QueueConnections;
  let queue: Queue<RunJob>;
  let sentinelQueue: Queue<Sentinel>;
  let sentinel: QueueSentinel;
  let installation: InstallationStore;
  let dispatcher: Dispatcher;
  let detector: QueueLossDetector;

  beforeEach(async () => {
    stores = await openStores(backend);
    connections = await connectTestQueue(stores.backends.env);
    const options = { connection: connections.producer, prefix: connections.prefix };
    queue = new Queue<RunJob>(queueName(PROVIDER), options);
    sentinelQueue = new Queue(SENTINEL_QUEUE, options);
    await Promise.all([queue.waitUntilReady(), sentinelQueue.waitUntilReady()]);
    sentinel = new QueueSentinel(sentinelQueue);
    installation = new InstallationStore(stores.pool);
    dispatcher = new Dispatcher(queues(), stores.dispatch, silentLogger);
    detector = openDetector();
    // The first start: nothing is in the queue, and nothing was.
    await detector.check();
    await detector.check();
  });

  afterEach(async () => {
    await queue.close();
    await sentinelQueue.close();
    await connections.close();
    await stores.close();
  });

  function queues(): RunQueues {
    return new Map([[PROVIDER, queue]]);
  }

  function openDetector(through = dispatcher): QueueLossDetector {
    return new QueueLossDetector(stores.dispatch, installation, through, sentinel, queues(), silentLogger);
  }

  async function queueRun(): Promise<QueueableRun> {
    const run = await stores.recordRun({ provider: PROVIDER });
    await dispatcher.enqueue([run]);
    return run;
  }

  const forget = (): Promise<void> => loseQueue(stores.backends);
  const jobIds = async (): Promise<string[]> =>
    (await queue.getJobs(['waiting', 'delayed', 'active'])).map(({ id }) => id ?? '').sort();
  const nth = (runs: readonly QueueableRun[], number: number): string[] =>
    runs.map(({ id }) => jobId(id, number)).sort();

  /** Its queue is lost right after it has made jobs. */
  class UnluckyDispatcher extends Dispatcher {
    override async enqueue(runs: readonly QueueableRun[]): Promise<void> {
      await super.enqueue(runs);
      if (runs.length > 0) await forget();
    }
  }

  it('that was never used has lost nothing', () => {
    expect(detector.lossesDetected).toBe(0);
  });

  it('that has everything is left alone, and its epoch rises', async () => {
    const runs = [await queueRun(), await queueRun()];
    const { epoch } = await installation.queueConfirmation();
    await detector.check();
    await openDetector().check();
    expect((await installation.queueConfirmation()).epoch).toBe(epoch + 2);
    expect(await sentinel.read()).toBe(epoch + 2);
    expect(await jobIds()).toEqual(nth(runs, 1));
    expect(detector.lossesDetected).toBe(0);
  });

  it('that was emptied gets back the jobs of all open runs, whatever their status, and once', async () => {
    const [pending, retrying, compensating, dead, held, done] = [
      await queueRun(),
      await queueRun(),
      await queueRun(),
      await queueRun(),
      await queueRun(),
      await queueRun(),
    ];
    const failed = await stores.claim(retrying.id);
    await stores.runs.settle(failed.lease, 'worker:test', {
      from: 'running',
      to: 'retrying',
      reason: 'failed',
      failure: failure('target_unavailable', 'away'),
      retryInMs: 60_000,
    });
    const turning = await stores.claim(compensating.id);
    await stores.runs.settle(turning.lease, 'worker:test', {
      from: 'running',
      to: 'compensating',
      reason: 'failed',
      failure: failure('target_refused', 'no'),
    });
    await stores.claim(dead.id);
    await stores.expireLease(dead.id);
    // Its worker may still end it as retrying, and then nobody else would make a job.
    await stores.claim(held.id);
    const completed = await stores.claim(done.id);
    await stores.runs.settle(completed.lease, 'worker:test', {
      from: 'running',
      to: 'completed',
      reason: 'finished',
    });

    await forget();
    await detector.check();
    const lost = [pending, retrying, compensating, dead, held];
    expect(await jobIds()).toEqual(nth(lost, 2));
    expect(detector.lossesDetected).toBe(1);
    await detector.check();
    await openDetector().check();
    expect(await jobIds()).toEqual(nth(lost, 2));
    expect(detector.lossesDetected).toBe(1);
  });

  it('with 10,000 pending runs gets them all back when it was emptied', async () => {
    await stores.pool.query(
      `WITH event AS (
         INSERT INTO events (id, provider, delivery_key, type, received_at, body_sha256, secret_label)
         SELECT gen_random_uuid(), $1, gen_random_uuid(), 'charge.refunded', now(), '', '1'
         FROM generate_series(1, 10000) RETURNING id
       )
       INSERT INTO runs (id, event_id, provider, workflow, workflow_version, created_at)
       SELECT gen_random_uuid(), id, $1, 'log', 1, now() - interval '1 minute' FROM event`,
      [PROVIDER],
    );
    for (;;) {
      const runs = await stores.dispatch.findUnqueued([PROVIDER], 500);
      if (runs.length === 0) break;
      await dispatcher.enqueue(runs);
    }
    expect(await queue.getWaitingCount()).toBe(10_000);
    await forget();
    await detector.check();
    expect(await queue.getWaitingCount()).toBe(10_000);
    await openDetector().check();
    expect(await queue.getWaitingCount()).toBe(10_000);
    const { rows } = await stores.pool.query<{ dispatches: number; count: number }>(
      'SELECT dispatches, count(*)::int FROM runs GROUP BY dispatches',
    );
    expect(rows).toEqual([{ dispatches: 2, count: 10_000 }]);
  }, 60_000);

  it('that was set back gets back what is missing, and nothing else', async () => {
    const [kept, lost] = [await queueRun(), await queueRun()];
    const before = await sentinel.read();
    await detector.check();
    await sentinel.write(before!);
    await queue.remove(jobId(lost.id, 1));
    await detector.check();
    expect(await jobIds()).toEqual([jobId(kept.id, 1), jobId(lost.id, 2)].sort());
    expect(detector.lossesDetected).toBe(1);
  });

  it('in which a recovery was begun and not ended is looked through by the next leader', async () => {
    const [kept, lost] = [await queueRun(), await queueRun()];
    await sentinel.write(0);
    await queue.remove(jobId(lost.id, 1));
    await openDetector().check();
    expect(await jobIds()).toEqual([jobId(kept.id, 1), jobId(lost.id, 2)].sort());
  });

  it('that is emptied again during the recovery is recovered again', async () => {
    const runs = [await queueRun(), await queueRun(), await queueRun()];
    await forget();
    await openDetector(new UnluckyDispatcher(queues(), stores.dispatch, silentLogger)).check();
    expect(await jobIds()).toEqual([]);
    await detector.check();
    expect(await jobIds()).toEqual(nth(runs, 3));
  });

  it('that is emptied while its last jobs are looked up is recovered by the next check', async () => {
    const [kept, lost] = [await queueRun(), await queueRun()];
    await queue.remove(jobId(lost.id, 1));
    await openDetector(new UnluckyDispatcher(queues(), stores.dispatch, silentLogger)).check();
    expect(await jobIds()).toEqual([]);
    await detector.check();
    expect(await jobIds()).toEqual([jobId(kept.id, 2), jobId(lost.id, 3)].sort());
  });

  it('that was emptied gets back what was marked as queued only after its recovery', async () => {
    const run = await stores.recordRun({ provider: PROVIDER });
    await queue.add('run', { runId: run.id }, { jobId: jobId(run.id, 1) });
    await forget();
    await detector.check();
    await stores.dispatch.markQueued([{ runId: run.id, number: 1, epoch: run.epoch }]);
    await detector.check();
    expect(await jobIds()).toEqual([jobId(run.id, 2)]);
  });

  it('to which more comes all the time is looked through to an end', async () => {
    /** For each job that it makes again another one is made, and lost. */
    class BusyDispatcher extends Dispatcher {
      override async enqueue(runs: readonly QueueableRun[]): Promise<void> {
        await super.enqueue(runs);
        if (runs.length > 0) await queue.remove(jobId((await queueRun()).id, 1));
      }
    }
    const runs = [await queueRun(), await queueRun()];
    await forget();
    await openDetector(new BusyDispatcher(queues(), stores.dispatch, silentLogger)).check();
    expect(await jobIds()).toEqual(nth(runs, 2));
  });

  it('in three processes at once is recovered without a double', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => queueRun()));
    await forget();
    await Promise.all(Array.from({ length: 3 }, () => openDetector().check()));
    expect(await jobIds()).toEqual(nth(runs, 2));
    await detector.check();
    expect(await jobIds()).toEqual(nth(runs, 2));
  });

  it('whose leader has changed is looked through from the last confirmation on', async () => {
    const [old, young] = [await queueRun(), await queueRun()];
    await stores.pool.query(`UPDATE runs SET queued_at = queued_at - interval '1 hour' WHERE id = $1`, [
      old.id,
    ]);
    await Promise.all([old, young].map(({ id }) => queue.remove(jobId(id, 1))));
    await openDetector().check();
    // The old one is older than a sentinel that is still there; it is for the sweeper of suspects.
    expect(await jobIds()).toEqual([jobId(young.id, 2)]);
  });

  if (backend === 'redis') {
    it('whose connection was lost is looked through, though its epoch is right', async () => {
      const run = await queueRun();
      await queue.remove(jobId(run.id, 1));
      await detector.check();
      expect(await jobIds()).toEqual([]);

      const admin = new Redis(stores.backends.env['REDIS_URL'] ?? '');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      admin.disconnect();
      await eventually(
        async () => {
          await detector.check().catch(() => undefined);
          const ids = await jobIds().catch(() => []);
          return ids.length > 0 ? true : undefined;
        },
        5_000,
        () => 'the lost job was not found',
      );
      expect(await jobIds()).toEqual([jobId(run.id, 2)]);
    });
  }
});
