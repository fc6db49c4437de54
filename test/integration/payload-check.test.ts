import { Worker } from 'node:worker_threads';
import winston from 'winston';
import { eventually } from '../support/eventually.js';
import { PayloadCheck } from '../../src/ingest/payload-check.js';
import { PayloadWarnings } from '../../src/ingest/payload-warnings.js';

const logger = winston.createLogger({ silent: true });
const github = { name: 'github', payloadSchema: () => undefined };

/** Nobody wants to know what payloads are like. */
const noDrift = { wants: () => false, take: () => undefined };

const ANSWERING = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ provider, type, body }) => {
    if (type === 'fatal') process.exit(1);
    if (type === 'stuck') for (;;);
    parentPort.postMessage({ provider, type, bytes: body.length, reason: Buffer.from(body).toString() });
  });`;

let open: PayloadCheck[] = [];

/** A check whose thread finds a fault in every payload: what it says. */
function openCheck() {
  const started: Worker[] = [];
  const warnings = new PayloadWarnings(logger);
  const check = new PayloadCheck(warnings, noDrift, logger, () => {
    const thread = new Worker(ANSWERING, { eval: true });
    started.push(thread);
    return thread;
  });
  open.push(check);
  const counted = (count: number) =>
    eventually(
      () => (warnings.counts.length === count ? warnings.counts : undefined),
      10_000,
      () => `${warnings.counts.length} warnings instead of ${count}`,
    );
  const skipped = (count: number) =>
    eventually(
      () => (warnings.skippedCount >= count ? warnings.skippedCount : undefined),
      10_000,
      () => `${warnings.skippedCount} skipped instead of ${count}`,
    );
  return { check, started, warnings, counted, skipped };
}

afterEach(async () => {
  await Promise.all(open.map((check) => check.onModuleDestroy()));
  open = [];
});

describe('the check of payloads', () => {
  it('starts its thread for the first payload that there may be a schema for, and only one', async () => {
    const { check, started, counted } = openCheck();
    check.offer({ name: 'stripe' }, 'charge.refunded', Buffer.from('{}'), undefined);
    check.offer(github, 'push', Buffer.from('one'), undefined);
    check.offer(github, 'star', Buffer.from('two'), undefined);
    expect(started).toEqual([]);
    expect(await counted(2)).toEqual([
      { provider: 'github', type: 'push', reason: 'one', count: 1 },
      { provider: 'github', type: 'star', reason: 'two', count: 1 },
    ]);
    expect(started).toHaveLength(1);
  });

  it('leaves the body to its owner', async () => {
    const { check, counted } = openCheck();
    const pool = Buffer.from('before[the body]after');
    const body = pool.subarray(6, 16);
    check.offer(github, 'push', body, undefined);
    expect(await counted(1)).toMatchObject([{ reason: '[the body]' }]);
    expect(pool.toString()).toBe('before[the body]after');
  });

  it('skips what is large', async () => {
    const { check, started, skipped } = openCheck();
    check.offer(github, 'push', Buffer.alloc(256 * 1024 + 1), undefined);
    await skipped(1);
    expect(started).toEqual([]);
  });

  it('skips what comes while too much is waiting', async () => {
    const { check, skipped } = openCheck();
    check.offer(github, 'stuck', Buffer.from('{}'), undefined);
    for (let count = 0; count < 40; count++) check.offer(github, 'push', Buffer.alloc(128 * 1024), undefined);
    // 4 MiB take 31 of them beside the first.
    await skipped(9);
  });

  it('goes without its thread for a while when that has failed', async () => {
    const { check, started, warnings, skipped } = openCheck();
    check.offer(github, 'fatal', Buffer.from('{}'), undefined);
    await eventually(
      () => started[0],
      10_000,
      () => 'no thread',
    );
    await new Promise((resolve) => started[0]?.once('exit', resolve));
    check.offer(github, 'push', Buffer.from('{}'), undefined);
    await skipped(1);
    expect(started).toHaveLength(1);
    expect(warnings.counts).toEqual([]);
  });
});
