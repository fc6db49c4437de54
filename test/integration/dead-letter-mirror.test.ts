import { Queue } from 'bullmq';
import { Writable } from 'node:stream';
import winston from 'winston';
import { failure } from '../../src/model/index.js';
import type { QueueConnections } from '../../src/platform/queue/index.js';
import { DeadLetterMirror, type DeadLetterJob } from '../../src/process/dead-letter-mirror.js';
import type { ClaimedRun, Settlement } from '../../src/store/index.js';
import { connectTestQueue, QUEUE_BACKENDS } from '../support/backends.js';
import { eventually } from '../support/eventually.js';
import { openStores, silentLogger, type TestStores } from '../support/stores.js';

const refused = failure('target_refused', 'for good', 'send');
const DEAD: Settlement = { from: 'running', to: 'dead_lettered', reason: 'failed', failure: refused };
const COMPLETED: Settlement = { from: 'running', to: 'completed', reason: 'finished' };

describe.each(QUEUE_BACKENDS)('the queue of dead letters in %s', (backend) => {
  let stores: TestStores;
  let connections: QueueConnections;
  let queue: Queue<DeadLetterJob>;
  let mirror: DeadLetterMirror;

  beforeAll(async () => {
    stores = await openStores(backend);
    connections = await connectTestQueue(stores.backends.env);
    queue = new Queue('dead-letter', { connection: connections.producer, prefix: connections.prefix });
    await connections.ready([queue]);
    mirror = new DeadLetterMirror(queue, silentLogger);
  });

  afterAll(async () => {
    await queue.close();
    await connections.close();
    await stores.close();
  });

  /** Resolves when the run's job is there, or gone. */
  const settled = (runId: string, there: boolean) =>
    eventually(
      async () => (((await queue.getJob(runId)) !== undefined) === there ? true : undefined),
      5_000,
      () => `the job of run ${runId} is ${there ? 'not there' : 'still there'}`,
    );

  const shown = async (): Promise<string[]> =>
    (await queue.getJobs(['waiting'], 0, -1, true)).map(({ data }) => data.runId);

  const again = (run: ClaimedRun): ClaimedRun => ({ ...run, lastError: refused });

  it('has each once, the last that failed as the newest, and none that a redrive has completed', async () => {
    const [one, two, three] = [await stores.claimNew(), await stores.claimNew(), await stores.claimNew()];
    for (const run of [one, two, three]) mirror.reflect(run, DEAD);
    await settled(three.lease.runId, true);
    mirror.reflect(again(one), DEAD);
    mirror.reflect(again(two), COMPLETED);
    mirror.reflect(await stores.claimNew(), COMPLETED);
    await settled(two.lease.runId, false);
    expect(await shown()).toEqual([three.lease.runId, one.lease.runId]);
    const job = await queue.getJob(one.lease.runId);
    expect(job?.data).toEqual({
      runId: one.lease.runId,
      eventId: one.event.id,
      provider: 'stripe',
      type: one.event.type,
      workflow: 'log',
      status: 'dead_lettered',
      failure: refused,
      failedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });

  it('keeps the newest thousand', async () => {
    const run = await stores.claimNew();
    const before = Array.from({ length: 1_003 }, (_, index) => `old-${index}`);
    await queue.addBulk(
      before.map((runId) => ({ name: 'dead-letter', data: {} as never, opts: { jobId: runId } })),
    );
    mirror.reflect(run, DEAD);
    await eventually(
      async () => ((await queue.getWaitingCount()) === 1_000 ? true : undefined),
      10_000,
      () => 'the oldest are still there',
    );
    expect(await queue.getJob(run.lease.runId)).toBeDefined();
    expect(await queue.getJob('old-1002')).toBeDefined();
    expect(await queue.getJob('old-0')).toBeUndefined();
  });
});

it('a queue of dead letters that cannot be reached is in nobody’s way', async () => {
  const stores = await openStores('redis');
  const connections = await connectTestQueue(stores.backends.env);
  const queue = new Queue<DeadLetterJob>('dead-letter', {
    connection: connections.producer,
    prefix: connections.prefix,
  });
  await queue.waitUntilReady();
  await connections.close();
  const lines: string[] = [];
  const logger = winston.createLogger({
    transports: new winston.transports.Stream({
      stream: new Writable({
        write(chunk: Buffer, _encoding, done) {
          lines.push(String(chunk));
          done();
        },
      }),
    }),
  });
  const mirror = new DeadLetterMirror(queue, logger);
  for (let count = 0; count < 3; count++) mirror.reflect(await stores.claimNew(), DEAD);
  await eventually(
    () => (lines.length > 0 ? true : undefined),
    5_000,
    () => 'nobody was told',
  );
  await mirror.onApplicationShutdown();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('Dead letters cannot be shown in their queue');
  await queue.close();
  await stores.close();
});
