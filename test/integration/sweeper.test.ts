import { Queue, Worker, type Job } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dispatcher, type RunQueues } from '../../src/dispatch/index.js';
import { QueueLossDetector } from '../../src/dispatch/queue-loss-detector.js';
import { QueueSentinel, SENTINEL_QUEUE, type Sentinel } from '../../src/dispatch/queue-sentinel.js';
import { Sweeper } from '../../src/dispatch/sweeper.js';
import { failure, jobId, queueName, type RunJob } from '../../src/model/index.js';
import type { QueueConnections } from '../../src/platform/queue/index.js';
import { InstallationStore, Leadership, type QueueableRun } from '../../src/store/index.js';
import { connectTestQueue, loseQueue, QUEUE_BACKENDS } from '../support/backends.js';
import { eventually } from '../support/eventually.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

const PROVIDER = 'stripe';

describe.each(QUEUE_BACKENDS)('with the queue in %s', (backend) => {
  let stores: TestStores;
  let connections: QueueConnections;
  let queue: Queue<RunJob>;
  let queues: RunQueues;
  let sentinel: Queue<Sentinel>;
  let dispatcher: Dispatcher;
  let sweeper: Sweeper;
  let leadership: Leadership;

  beforeAll(async () => {
    stores = await openStores(backend);
    connections = await connectTestQueue(stores.backends.env);
    queue = openQueue(connections);
    sentinel = new Queue(SENTINEL_QUEUE, { connection: connections.producer, prefix: connections.prefix });
    leadership = new Leadership('dispatch', stores.pool);
    queues = new Map([[PROVIDER, queue]]);
    dispatcher = new Dispatcher(queues, stores.dispatch, silentLogger);
    sweeper = openSweeper(dispatcher, queues);
  });

  afterEach(async () => {
    await forget();
    // Whatever is left would be swept by the next test as well.
    await stores.pool.query(
      `UPDATE runs SET status = 'completed', lease_until = NULL, next_attempt_at = NULL, waiting_on = NULL WHERE status <> 'completed'`,
    );
  });

  afterAll(async () => {
    await dispatcher.onApplicationShutdown();
    await queue.close();
    await sentinel.close();
    await connections.close();
    await stores.close();
  });

  function openQueue({ producer, prefix }: QueueConnections): Queue<RunJob> {
    return new Queue<RunJob>(queueName(PROVIDER), { connection: producer, prefix });
  }

  function openSweeper(through: Dispatcher, over: RunQueues): Sweeper {
    const { dispatch, pool } = stores;
    const detector = new QueueLossDetector(
      dispatch,
      new InstallationStore(pool),
      through,
      new QueueSentinel(sentinel),
      over,
      silentLogger,
    );
    return new Sweeper(dispatch, through, stores.care, detector, leadership, over, silentLogger);
  }

  /** Takes everything from the queue's backend, as its loss would. */
  const forget = (): Promise<void> => loseQueue(stores.backends);

  const jobs = async (): Promise<Job<RunJob>[]> =>
    queue.getJobs(['waiting', 'delayed', 'active', 'prioritized']);
  const jobIds = async (): Promise<string[]> => (await jobs()).map(({ id }) => id ?? '').sort();

  const sql = (text: string, ...values: unknown[]) => stores.pool.query(text, values);
  const age = (run: QueueableRun, column: string, seconds: number) =>
    sql(`UPDATE runs SET ${column} = ${column} - make_interval(secs => $2) WHERE id = $1`, run.id, seconds);

  /** A run that was recorded some time ago. */
  async function recordOld(event = {}): Promise<QueueableRun> {
    const run = await stores.recordRun({ provider: PROVIDER, ...event });
    await age(run, 'created_at', 10);
    return run;
  }

  /** A run with a job that was made more than a minute ago. */
  async function queueLongAgo(): Promise<QueueableRun> {
    const run = await recordOld();
    await dispatcher.enqueue([run]);
    await age(run, 'queued_at', 61);
    return run;
  }

  describe('the dispatcher', () => {
    it('makes a job of an id of its own for each run, and writes down that it did', async () => {
      const runs = [await stores.recordRun(), await stores.recordRun(), await stores.recordRun()];
      dispatcher.offer(runs);
      await dispatcher.onApplicationShutdown();
      expect(await jobIds()).toEqual(runs.map(({ id }) => jobId(id, 1)).sort());
      expect((await jobs()).map(({ data }) => data.runId).sort()).toEqual(runs.map(({ id }) => id).sort());
      for (const { id } of runs) {
        expect(await stores.run(id)).toMatchObject({ dispatches: 1, queued_at: expect.any(Date) as Date });
      }
    });

    it('goes on after it was offered nothing', async () => {
      dispatcher.offer([]);
      const run = await stores.recordRun();
      dispatcher.offer([run]);
      await eventually(
        async () => ((await jobIds()).length === 1 ? true : undefined),
        2_000,
        () => 'the run was not queued',
      );
    });

    it('makes one job however often a run is offered', async () => {
      const run = await stores.recordRun();
      for (let offer = 0; offer < 5; offer++) dispatcher.offer([run, run]);
      await dispatcher.onApplicationShutdown();
      await Promise.all([dispatcher.enqueue([run]), dispatcher.enqueue([run])]);
      expect(await jobIds()).toEqual([jobId(run.id, 1)]);
      expect(await stores.run(run.id)).toMatchObject({ dispatches: 1 });
    });

    it('gives each later job of a run another id', async () => {
      const run = await stores.recordRun();
      await dispatcher.enqueue([run]);
      await dispatcher.enqueue([{ ...run, dispatches: 1 }]);
      expect(await jobIds()).toEqual([jobId(run.id, 1), jobId(run.id, 2)]);
      // What comes late does not set the number back.
      await dispatcher.enqueue([run]);
      expect(await stores.run(run.id)).toMatchObject({ dispatches: 2 });
    });

    it('lets the runs of a provider without a queue wait', async () => {
      const other = await stores.recordRun({ provider: 'github' });
      await dispatcher.enqueue([other]);
      expect(await jobIds()).toEqual([]);
      expect(await stores.run(other.id)).toMatchObject({ dispatches: 0, queued_at: null });
    });

    it('has the queue keep its last 10 completed and 5 failed jobs', async () => {
      const runs = await Promise.all(Array.from({ length: 24 }, () => stores.recordRun()));
      await dispatcher.enqueue(runs);
      const fails = new Set(runs.slice(12).map(({ id }) => id));
      const worker = new Worker<RunJob>(
        queue.name,
        ({ data }) => (fails.has(data.runId) ? Promise.reject(new Error('for good')) : Promise.resolve()),
        { connection: connections.worker, prefix: connections.prefix },
      );
      worker.on('error', () => undefined);
      try {
        await eventually(
          async () => ((await jobIds()).length === 0 ? true : undefined),
          10_000,
          () => 'the jobs are not done',
        );
      } finally {
        await worker.close();
      }
      expect(await queue.getJobCounts('completed', 'failed')).toEqual({ completed: 10, failed: 5 });
    });
  });

  describe('the sweeper', () => {
    it('by itself queues a recorded run that nobody queued within 4 s, and once', async () => {
      const run = await stores.recordRun();
      await leadership.onApplicationBootstrap();
      sweeper.onApplicationBootstrap();
      try {
        await eventually(
          async () => ((await jobIds()).length > 0 ? true : undefined),
          4_000,
          () => 'the run was not queued',
        );
        await sleep(1_500);
      } finally {
        sweeper.onModuleDestroy();
        await leadership.onModuleDestroy();
      }
      expect(await jobIds()).toEqual([jobId(run.id, 1)]);
      expect(await stores.run(run.id)).toMatchObject({ dispatches: 1 });
    });

    it('queues what a worker has taken and given back before the making of its job was written down', async () => {
      const run = await recordOld();
      const [found] = await stores.dispatch.findUnqueued([PROVIDER], 1);
      const { lease } = await stores.claim(run.id);
      await stores.runs.release([lease], 'worker:test');
      await dispatcher.enqueue([found!]);
      expect(await stores.run(run.id)).toMatchObject({ dispatches: 1, queued_at: null });
      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([jobId(run.id, 1), jobId(run.id, 2)]);
    });

    it('leaves to the dispatcher what was recorded just now', async () => {
      await stores.recordRun();
      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([]);
    });

    it('queues what was given back or opened again, under another id', async () => {
      const [released, redriven] = [await recordOld(), await recordOld()];
      await dispatcher.enqueue([released, redriven]);
      const { lease } = await stores.claim(released.id);
      await stores.runs.release([lease], 'worker:test');
      const dead = await stores.claim(redriven.id);
      await stores.runs.settle(dead.lease, 'worker:test', {
        from: 'running',
        to: 'dead_lettered',
        reason: 'failed',
        failure: failure('target_refused', 'no'),
      });
      await stores.events.redriveDeadLetters([dead.event.id]);
      await forget();

      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([jobId(released.id, 2), jobId(redriven.id, 2)].sort());
    });

    it('offers a run whose lease ran out once, not every second, and again when the next lease runs out', async () => {
      const run = await recordOld();
      await dispatcher.enqueue([run]);
      await stores.claim(run.id);
      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([jobId(run.id, 1)]);

      // The job was made before the run was claimed; age both, so that the lease is over by now.
      await age(run, 'queued_at', 20);
      await stores.expireLease(run.id);
      for (let second = 0; second < 3; second++) await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([jobId(run.id, 1), jobId(run.id, 2)]);

      await stores.claim(run.id);
      await age(run, 'queued_at', 20);
      await stores.expireLease(run.id);
      for (let second = 0; second < 3; second++) await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([1, 2, 3].map((number) => jobId(run.id, number)));
    });

    it('leaves alone what is settled, in hand, or not due', async () => {
      const [done, held, retrying] = [await queueLongAgo(), await queueLongAgo(), await queueLongAgo()];
      await forget();
      const completed = await stores.claim(done.id);
      await stores.runs.settle(completed.lease, 'worker:test', {
        from: 'running',
        to: 'completed',
        reason: 'finished',
      });
      await stores.claim(held.id);
      const failed = await stores.claim(retrying.id);
      await stores.runs.settle(failed.lease, 'worker:test', {
        from: 'running',
        to: 'retrying',
        reason: 'failed',
        failure: failure('target_unavailable', 'away'),
        retryInMs: 60_000,
      });
      await sweeper.sweepUnqueued();
      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual([]);
    });

    it('queues again what the queue has lost, once', async () => {
      const [pending, retrying, running] = [await queueLongAgo(), await queueLongAgo(), await queueLongAgo()];
      const { lease } = await stores.claim(retrying.id);
      await stores.runs.settle(lease, 'worker:test', {
        from: 'running',
        to: 'retrying',
        reason: 'failed',
        failure: failure('target_unavailable', 'away'),
        retryInMs: 0,
      });
      await age(retrying, 'next_attempt_at', 61);
      await stores.claim(running.id);
      await age(running, 'lease_until', 80);
      const suspects = [pending, retrying, running];

      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual(suspects.map(({ id }) => jobId(id, 1)).sort());
      await forget();
      // Those whose job was there are not looked at again for a while.
      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual([]);
      for (const run of suspects) await age(run, 'queued_at', 61);
      await sweeper.sweepSuspects();
      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual([pending, retrying, running].map(({ id }) => jobId(id, 2)).sort());
    });

    it('does not hide a run that a worker gave back while its job was looked up', async () => {
      const run = await recordOld();
      await dispatcher.enqueue([run]);
      await age(run, 'queued_at', 120);
      const suspects = await stores.dispatch.findSuspects([PROVIDER], 10);
      expect(suspects.map(({ id }) => id)).toEqual([run.id]);
      const { lease } = await stores.claim(run.id);
      await stores.runs.settle(lease, 'worker:test', {
        from: 'running',
        to: 'pending',
        reason: 'circuit_open',
        waitingOn: 'smtp:mail:25',
      });
      await stores.dispatch.clearSuspects(suspects);
      expect(await stores.run(run.id)).toMatchObject({ queued_at: null, waiting_on: 'smtp:mail:25' });
      expect((await stores.dispatch.findUnqueued([PROVIDER], 10)).map(({ id }) => id)).toEqual([run.id]);
    });

    it('finds a run that waits, though somebody took it for queued', async () => {
      const run = await recordOld();
      await sql(
        `UPDATE runs SET waiting_on = 'smtp:mail:25', queued_at = now() - interval '2 minutes' WHERE id = $1`,
        run.id,
      );
      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual([jobId(run.id, 1)]);
    });

    it('does not double a backlog, however old it is', async () => {
      const runs = [await queueLongAgo(), await queueLongAgo(), await queueLongAgo()];
      await queue
        .getJob(jobId(runs[0]!.id, 1))
        .then((job) => job?.changeDelay(60_000).catch(() => undefined));
      await sweeper.sweepSuspects();
      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual(runs.map(({ id }) => jobId(id, 1)).sort());
    });

    it('queues again a run whose job has ended without it', async () => {
      const run = await queueLongAgo();
      const worker = new Worker<RunJob>(queue.name, () => Promise.resolve(), {
        connection: connections.worker,
        prefix: connections.prefix,
      });
      worker.on('error', () => undefined);
      try {
        await eventually(
          async () => ((await queue.getJobState(jobId(run.id, 1))) === 'completed' ? true : undefined),
          5_000,
          () => 'the job is not done',
        );
      } finally {
        await worker.close();
      }
      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual([jobId(run.id, 2)]);
    });

    it('in several processes at once makes one job for each run', async () => {
      const runs = [await recordOld(), await recordOld(), await recordOld()];
      await Promise.all(Array.from({ length: 3 }, () => openSweeper(dispatcher, queues).sweepUnqueued()));
      expect(await jobIds()).toEqual(runs.map(({ id }) => jobId(id, 1)).sort());
    });

    it('is not held up by the runs of a provider that has no queue any more', async () => {
      // More than one sweep takes, and older than what is swept.
      await sql(
        `WITH event AS (
           INSERT INTO events (id, provider, delivery_key, type, received_at, body_sha256, secret_label)
           SELECT gen_random_uuid(), 'github', gen_random_uuid(), 'push', now(), '', '1' FROM generate_series(1, 600)
           RETURNING id
         )
         INSERT INTO runs (id, event_id, provider, workflow, workflow_version, created_at)
         SELECT gen_random_uuid(), id, 'github', 'log', 1, now() - interval '1 hour' FROM event`,
      );
      const unqueued = await recordOld();
      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([jobId(unqueued.id, 1)]);

      await sql(
        `UPDATE runs SET queued_at = now() - interval '1 hour' WHERE provider = 'github' AND status = 'pending'`,
      );
      const lost = await queueLongAgo();
      await forget();
      await sweeper.sweepSuspects();
      expect(await jobIds()).toEqual([jobId(lost.id, 2)]);
    });
  });

  describe('a queue that is away', () => {
    /** Takes a queue away, and gives what brings it back. */
    async function takeAway(from: Queue, of: QueueConnections): Promise<() => Promise<unknown>> {
      await from.waitUntilReady();
      if (backend === 'postgres') {
        await sql('ALTER SCHEMA bullmq RENAME TO away');
        return () => sql('ALTER SCHEMA away RENAME TO bullmq');
      }
      await of.close();
      return () => Promise.resolve();
    }

    it('does no harm: the run is queued by the sweeper when the queue is back', async () => {
      const lost = await connectTestQueue(stores.backends.env);
      const absent = openQueue(lost);
      const stranded = new Dispatcher(new Map([[PROVIDER, absent]]), stores.dispatch, silentLogger);
      const run = await recordOld();
      const bringBack = await takeAway(absent, lost);
      try {
        stranded.offer([run]);
        await stranded.onApplicationShutdown();
        await expect(openSweeper(stranded, new Map([[PROVIDER, absent]])).sweepUnqueued()).rejects.toThrow();
        expect(await stores.run(run.id)).toMatchObject({ dispatches: 0, queued_at: null });
      } finally {
        await bringBack();
        await absent.close();
        await lost.close();
      }
      await sweeper.sweepUnqueued();
      expect(await jobIds()).toEqual([jobId(run.id, 1)]);
    });
  });
});
