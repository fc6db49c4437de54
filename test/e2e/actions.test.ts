import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { queueName } from '../../src/model/index.js';
import type { EventView, RunView } from '../../src/ops/event.dto.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import {
  githubDelivery,
  sampleBody,
  send,
  stripeDelivery,
  type TestDelivery,
} from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { MailServer } from '../support/mail-server.js';
import { TestService } from '../support/service.js';

const MAX_ATTEMPTS = 3;
const RETRY_BASE_MS = 60;

let backends: TestBackends;
let mail: MailServer;
let service: TestService;

beforeAll(async () => {
  [backends, mail] = await Promise.all([openBackends('redis'), MailServer.start()]);
  service = await TestService.start({
    env: {
      ...backends.env,
      SMTP_URL: mail.url,
      MAIL_FROM: 'Shop <shop@example.org>',
      MAX_ATTEMPTS: String(MAX_ATTEMPTS),
      RETRY_BASE_MS: String(RETRY_BASE_MS),
      // Here runs are to use their attempts up.
      CIRCUIT_FAILURES: '1000',
    },
  });
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await mail.close();
  await backends.close();
});

describe('an e-mail', () => {
  it('is handed over once, with its subject and the idempotency key of its step', async () => {
    const { event } = await pay('once@example.org');

    expect(event.status).toBe('completed');
    const [received, ...others] = mail.mailTo('once@example.org');
    expect(others).toEqual([]);
    expect(received?.headers).toMatchObject({
      from: 'Shop <shop@example.org>',
      to: 'once@example.org',
      subject: 'Receipt for your payment of 42.00 EUR',
      'x-event-id': event.id,
      'x-idempotency-key': stepOf(event, 'send-receipt').idempotencyKey,
    });
    expect(received?.text).toContain(event.entity);
    expect(stepOf(event, 'send-receipt').output).toEqual({ messageId: received?.headers['message-id'] });
  });

  it('for nobody is not sent, and that is no failure', async () => {
    const before = mail.received.length;
    const { event } = await pay(null);

    expect(event.status).toBe('completed');
    expect(stepOf(event, 'send-receipt').output).toEqual({ skipped: 'no recipient' });
    expect(mail.received).toHaveLength(before);
  });

  it('to what is no address fails for good, without a second attempt', async () => {
    const { event } = await pay('nobody, example.org');

    expect(runOf(event)).toMatchObject({
      status: 'dead_lettered',
      attempts: 1,
      lastError: { code: 'input_invalid', step: 'send-receipt', retryable: false },
    });
  });

  it('that is refused for now is sent again later, with the same idempotency key', async () => {
    mail.plan('later@example.org', 451);
    const { event } = await pay('later@example.org');

    expect(runOf(event)).toMatchObject({ status: 'completed', attempts: 2, nextAttemptAt: null });
    expect(changesOf(event)).toEqual([
      'pending → running: claimed, attempt 1',
      'running → retrying: failed, attempt 1',
      'retrying → running: claimed, attempt 2',
      'running → completed: finished, attempt 2',
    ]);
    const keys = mail.mailTo('later@example.org').map(({ headers }) => headers['x-idempotency-key']);
    expect(keys).toEqual([
      stepOf(event, 'send-receipt').idempotencyKey,
      stepOf(event, 'send-receipt').idempotencyKey,
    ]);
  });

  it('whose connection ends before the message is sent again later', async () => {
    mail.plan('cut-early@example.org', 'hang up before the message');
    const { event } = await pay('cut-early@example.org');

    expect(event.status).toBe('completed');
    expect(mail.mailTo('cut-early@example.org')).toHaveLength(1);
  });

  it('that was received by a server which did not say so is not sent again: a person has to decide', async () => {
    mail.plan('unknown@example.org', 'take and hang up');
    const { delivery, event } = await pay('unknown@example.org');

    expect(runOf(event)).toMatchObject({
      status: 'dead_lettered',
      attempts: 1,
      lastError: { code: 'outcome_unknown', step: 'send-receipt', retryable: false },
    });
    expect(stepOf(event, 'send-receipt')).toMatchObject({ status: 'started', finishedAt: null });

    // Nor does the provider decide by sending its event again.
    const reply = await send(service, delivery);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ id: event.id, status: 'duplicate', eventStatus: 'dead_lettered' });
    await pay('after-unknown@example.org');
    expect(await service.event(event.id)).toEqual(event);
    expect(mail.mailTo('unknown@example.org')).toHaveLength(1);
  });

  it('that is refused for good makes a dead letter, which a redelivery of the event opens again', async () => {
    mail.plan('refused@example.org', 550);
    const { delivery, event } = await pay('refused@example.org');

    expect(runOf(event)).toMatchObject({
      status: 'dead_lettered',
      attempts: 1,
      lastError: { code: 'target_refused', step: 'send-receipt', retryable: false },
    });
    expect(runOf(event).lastError?.message).toContain('550');
    expect(stepOf(event, 'keep-payment').status).toBe('done');
    expect(stepOf(event, 'send-receipt').status).toBe('failed');

    const reply = await send(service, delivery);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ id: event.id, status: 'duplicate', eventStatus: 'received' });
    const redriven = await completed(event.id);
    expect(changesOf(redriven)).toEqual([
      'pending → running: claimed, attempt 1',
      'running → dead_lettered: failed, attempt 1',
      'dead_lettered → pending: redelivered, attempt 1',
      'pending → running: claimed, attempt 1',
      'running → completed: finished, attempt 1',
    ]);
    expect(redriven.runs[0]?.transitions[2]?.actor).toBe('provider:stripe');
    // What was done is not done again, and what is tried again has the same key.
    expect(stepOf(redriven, 'keep-payment')).toEqual(stepOf(event, 'keep-payment'));
    expect(stepOf(redriven, 'send-receipt').idempotencyKey).toBe(
      stepOf(event, 'send-receipt').idempotencyKey,
    );
    expect(mail.mailTo('refused@example.org')).toHaveLength(2);
  });
});

describe('while the mail server is down', () => {
  const LETTERS = 8;
  let letters: { delivery: TestDelivery; event: EventView }[];

  beforeAll(async () => {
    await mail.close();
    const recipients = Array.from({ length: LETTERS }, (_, index) => `down-${index}@example.org`);
    letters = await Promise.all(recipients.map(pay));
  });

  afterAll(() => mail.open());

  it('every attempt fails, each wait is twice the one before, and then the run is a dead letter', () => {
    for (const { event } of letters) {
      expect(runOf(event)).toMatchObject({
        status: 'dead_lettered',
        attempts: MAX_ATTEMPTS,
        nextAttemptAt: null,
        lastError: { code: 'target_unavailable', step: 'send-receipt', retryable: true },
      });
      expect(runOf(event).lastError?.message).toContain('ECONNREFUSED');
      expect(changesOf(event)).toEqual([
        'pending → running: claimed, attempt 1',
        'running → retrying: failed, attempt 1',
        'retrying → running: claimed, attempt 2',
        'running → retrying: failed, attempt 2',
        'retrying → running: claimed, attempt 3',
        'running → dead_lettered: failed, attempt 3',
      ]);
      const [first = 0, second = 0] = waitsOf(event);
      expect(first).toBeGreaterThanOrEqual(2 * RETRY_BASE_MS);
      expect(second).toBeGreaterThanOrEqual(4 * RETRY_BASE_MS);
    }
  });

  it('every failure stands in the audit trail', () => {
    for (const { event } of letters) {
      const failures = runOf(event).transitions.flatMap(({ detail }) => (detail === null ? [] : [detail]));
      expect(failures).toHaveLength(MAX_ATTEMPTS);
      expect(failures.at(-1)).toEqual(runOf(event).lastError);
    }
  });

  it('the queue keeps the last five failed jobs', async () => {
    const connection = new Redis(backends.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null });
    const { rows } = await backends.pool.query<{ prefix: string }>(
      `SELECT '{integration-' || left(id::text, 8) || '}' AS prefix FROM installation`,
    );
    const queue = new Queue(queueName('stripe'), { connection, prefix: rows[0]!.prefix });
    try {
      expect(await queue.getFailedCount()).toBe(5);
      expect(await queue.getCompletedCount()).toBeLessThanOrEqual(10);
    } finally {
      await queue.close();
      connection.disconnect();
    }
  });

  it('the list finds the dead letters, and redeliveries complete them once the server is back', async () => {
    const found = await service.events('status=dead_lettered&type=payment_intent.succeeded');
    const ids = letters.map(({ event }) => event.id);
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));

    await mail.open();
    const replies = await Promise.all(letters.map(({ delivery }) => send(service, delivery)));
    expect(replies.map(({ status }) => status)).toEqual(letters.map(() => 200));
    for (const id of ids) expect((await completed(id)).runs[0]?.attempts).toBe(1);
    for (let index = 0; index < LETTERS; index++) {
      expect(mail.mailTo(`down-${index}@example.org`)).toHaveLength(1);
    }
  });
});

describe('what is kept of a pull request', () => {
  it('is its newest state, whatever the order in which its events come', async () => {
    const number = 7001;
    await review(number, '2026-01-02T10:00:00Z', 'Second title');
    await review(number, '2026-01-01T10:00:00Z', 'First title');
    expect(await titleOf(number)).toBe('Second title');

    await review(number, '2026-01-03T10:00:00Z', 'Third title');
    expect(await titleOf(number)).toBe('Third title');
  });

  it('is the state received later, where two events tell the same time', async () => {
    const number = 7002;
    await review(number, '2026-01-01T10:00:00Z', 'Received first');
    await review(number, '2026-01-01T10:00:00Z', 'Received last');
    expect(await titleOf(number)).toBe('Received last');
  });
});

/** Sends a payment whose receipt goes to the address, and waits until nothing is left to do. */
async function pay(receiptEmail: string | null): Promise<{ delivery: TestDelivery; event: EventView }> {
  const payload = sampleBody('stripe', 'payment_intent.succeeded') as {
    data: { object: Record<string, unknown> };
  };
  payload.data.object['receipt_email'] = receiptEmail;
  const delivery = stripeDelivery(service, payload);
  const reply = await send(service, delivery);
  expect(reply.status).toBe(202);
  const { id } = (await reply.json()) as { id: string };
  return { delivery, event: await service.settled(id) };
}

/** Sends a pull request as it stood at a time, and waits until that is processed. */
async function review(number: number, updatedAt: string, title: string): Promise<void> {
  const payload = sampleBody('github', 'pull_request.opened') as { pull_request: Record<string, unknown> };
  const pullRequest = { ...payload.pull_request, number, title, updated_at: updatedAt };
  const changed = { ...payload, number, pull_request: pullRequest };
  const reply = await send(service, await githubDelivery(service, 'pull_request', changed));
  const { id } = (await reply.json()) as { id: string };
  expect((await service.settled(id)).status).toBe('completed');
}

async function titleOf(number: number): Promise<unknown> {
  const { rows } = await backends.pool.query<{ data: { title: string } }>(
    `SELECT data FROM entities WHERE provider = 'github' AND kind = 'pull_request' AND key LIKE $1`,
    [`%#${number}`],
  );
  expect(rows).toHaveLength(1);
  return rows[0]?.data.title;
}

async function completed(id: string): Promise<EventView> {
  return eventually(
    async () => {
      const event = await service.event(id);
      return event.status === 'completed' ? event : undefined;
    },
    20_000,
    () => `event ${id} is not completed`,
  );
}

function runOf(event: EventView): RunView {
  const [run, ...others] = event.runs;
  expect(others).toEqual([]);
  return run!;
}

function stepOf(event: EventView, name: string): RunView['steps'][number] {
  return runOf(event).steps.find((step) => step.name === name)!;
}

function changesOf(event: EventView): string[] {
  return runOf(event).transitions.map(
    ({ from, to, reason, attempt }) => `${from} → ${to}: ${reason}, attempt ${attempt}`,
  );
}

/** Milliseconds from each failed attempt to the next one. */
function waitsOf(event: EventView): number[] {
  const { transitions } = runOf(event);
  const at = (index: number): number => new Date(transitions[index]!.at).getTime();
  return transitions.flatMap(({ to }, index) => (to === 'retrying' ? [at(index + 1) - at(index)] : []));
}
