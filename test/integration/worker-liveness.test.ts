import { Queue, Worker, type Job } from 'bullmq';
import { queueName, type RunJob } from '../../src/model/index.js';
import type { QueueConnections } from '../../src/platform/queue/index.js';
import { WorkerLiveness } from '../../src/process/index.js';
import { Slots } from '../../src/process/slots.js';
import { openBackends, connectTestQueue, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { eventually } from '../support/eventually.js';

const PROVIDER = 'stripe';

/** So many looks in a row must find a worker idle. */
const LOOKS = 12;

describe.each(QUEUE_BACKENDS)('a worker of a queue in %s', (backend) => {
  let backends: TestBackends;
  let connections: QueueConnections;
  let queue: Queue<RunJob>;
  let worker: Worker<RunJob>;
  let slots: Slots;
  let liveness: WorkerLiveness;
  /** What the worker does with a job. */
  let work: (job: Job<RunJob>) => Promise<void>;

  beforeEach(async () => {
    backends = await openBackends(backend);
    connections = await connectTestQueue(backends.env);
    const { prefix, producer } = connections;
    queue = new Queue<RunJob>(queueName(PROVIDER), { connection: producer, prefix });
    slots = new Slots(1);
    work = () => Promise.resolve();
    worker = new Worker<RunJob>(
      queue.name,
      async (job) => {
        liveness.started(PROVIDER);
        await slots.use(() => work(job));
      },
      { connection: connections.worker, prefix },
    );
    const process = {
      get freeSlots() {
        return slots.free;
      },
    };
    liveness = new WorkerLiveness(process, new Map([[PROVIDER, queue]]));
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    queue.on('error', () => undefined);
    worker.on('error', () => undefined);
  });

  afterEach(async () => {
    await worker.close();
    await queue.close();
    await connections.close();
    await backends.close();
  });

  const add = (runId = 'run'): Promise<Job<RunJob>> => queue.add('run', { runId });
  const done = async (job: Job<RunJob>): Promise<void> => {
    await eventually(
      async () => ((await job.getState()) === 'completed' ? true : undefined),
      5_000,
      () => 'the job is not done',
    );
  };

  async function look(times: number): Promise<void> {
    for (let n = 0; n < times; n++) await liveness.look();
  }

  /** Redis is gone; PostgreSQL is there, and does not answer. */
  async function takeAway(): Promise<() => Promise<unknown>> {
    if (backend === 'redis') {
      await connections.close();
      return () => Promise.resolve();
    }
    const client = await backends.pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE bullmq.job IN ACCESS EXCLUSIVE MODE');
    return async () => {
      await client.query('ROLLBACK');
      client.release();
    };
  }

  it('that has nothing to do is alive', async () => {
    await look(2 * LOOKS);
    expect(liveness.stalledProviders()).toEqual([]);
  });

  it('that has stopped while jobs wait is not alive, until it takes one', async () => {
    await worker.pause();
    const job = await add();
    await look(LOOKS - 1);
    expect(liveness.stalledProviders()).toEqual([]);
    await look(1);
    expect(liveness.stalledProviders()).toEqual([PROVIDER]);
    await worker.resume();
    await done(job);
    expect(liveness.stalledProviders()).toEqual([]);
  });

  it('that is idle in front of its work now and then only is alive', async () => {
    await worker.pause();
    for (let row = 0; row < 3; row++) {
      const job = await add();
      await look(LOOKS - 1);
      await worker.resume();
      await done(job);
      await worker.pause();
    }
    await add();
    await look(LOOKS - 1);
    expect(liveness.stalledProviders()).toEqual([]);
  });

  it('whose queue is paused is alive', async () => {
    await queue.pause();
    await add();
    await look(2 * LOOKS);
    expect(liveness.stalledProviders()).toEqual([]);
    await queue.resume();
  });

  it('of a process that is busy with long runs is alive', async () => {
    let finish = (): void => undefined;
    const busy = new Promise<void>((resolve) => {
      work = () => {
        resolve();
        return new Promise((finished) => (finish = finished));
      };
    });
    await add();
    await busy;
    await add();
    await look(2 * LOOKS);
    expect(liveness.stalledProviders()).toEqual([]);
    work = () => Promise.resolve();
    finish();
  });

  it('whose queue does not answer is alive', async () => {
    await worker.pause();
    await add();
    await look(LOOKS);
    expect(liveness.stalledProviders()).toEqual([PROVIDER]);
    const bringBack = await takeAway();
    await look(1);
    await bringBack();
    expect(liveness.stalledProviders()).toEqual([]);
  });
});
