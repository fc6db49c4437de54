import { createHmac, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { openBackends, type TestBackends } from '../support/backends.js';
import { forgeCrc32 } from '../support/crc32-forgery.js';
import { githubDelivery, sampleBody, send, type TestDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { readLog, type LogLine } from '../support/log-lines.js';
import { PaypalHost } from '../support/paypal-host.js';
import { problemOf } from '../support/problem.js';
import { TestService } from '../support/service.js';

const REFUSED = { title: 'Replay refused', reason: 'replayed' };

let paypal: PaypalHost;
let backends: TestBackends;
let service: TestService;
/** Another instance on the same database, which rejects what is only suspected. */
let strict: TestService;

beforeAll(async () => {
  [paypal, backends] = await Promise.all([PaypalHost.start(), openBackends('postgres')]);
  const { env, preload } = paypal.serviceOptions;
  service = await TestService.start({ env: { ...backends.env, ...env }, preload });
  strict = await TestService.start({ env: { ...service.env, REPLAY_GUARD: 'reject' }, preload });
});

afterAll(async () => {
  expect(await Promise.all([service.stop(), strict.stop()])).toEqual([0, 0]);
  await Promise.all([backends.close(), paypal.stop()]);
});

/** What the service answered, as far as it tells of an event. */
async function answerOf(reply: Response): Promise<Record<string, unknown>> {
  return { code: reply.status, ...((await reply.json()) as Record<string, unknown>) };
}

async function accept(delivery: TestDelivery, by = service): Promise<string> {
  const answer = await answerOf(await send(by, delivery));
  expect(answer).toMatchObject({ code: 202, status: 'accepted' });
  return String(answer['id']);
}

/** Another capture under the same headers, with white space after it that gives its body the same CRC-32. */
function forge({ headers, body, provider }: TestDelivery): TestDelivery & { id: string } {
  const capture = sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED');
  const forged = forgeCrc32(JSON.stringify({ ...capture, summary: 'Pay me' }), crc32(body));
  expect(crc32(forged)).toBe(crc32(body));
  expect(forged).not.toBe(body);
  return { provider, headers, body: forged, id: String(capture['id']) };
}

const genuine = (): TestDelivery =>
  paypal.deliver(JSON.stringify(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED')));

/** Lines of the log with this message. */
async function logged(of: TestService, message: string): Promise<LogLine[]> {
  return (await readLog(of)).filter((line) => line.message === message);
}

describe("a delivery with PayPal's signature", () => {
  it('is accepted, and a duplicate when it comes again', async () => {
    const delivery = genuine();
    const id = await accept(delivery);
    await service.settled(id);
    expect(await answerOf(await send(service, delivery))).toEqual({
      code: 200,
      id,
      status: 'duplicate',
      eventStatus: 'completed',
    });
  });

  it('and a forged body of an equal CRC-32 under its transmission id has no effect', async () => {
    const delivery = genuine();
    const id = await accept(delivery);
    const before = await service.settled(id);
    const forged = forge(delivery);

    for (const instance of [service, strict, service]) {
      expect(await problemOf(await send(instance, forged), 400)).toMatchObject(REFUSED);
    }
    expect(await service.events(`deliveryKey=${forged.id}`)).toEqual([]);
    expect(await service.event(id)).toEqual(before);
    expect(before.suspectedReplayOf).toBeNull();

    const { rows } = await backends.pool.query<{ detail: Record<string, unknown> }>(
      `SELECT detail FROM audit WHERE action = 'replay_refused' AND subject = $1`,
      [id],
    );
    expect(rows).toMatchObject([{ detail: { deliveryKey: forged.id, refusals: 1 } }]);
    expect(JSON.stringify(rows)).not.toContain('Pay me');
    const line = await eventually(
      async () =>
        (await logged(service, 'Replay refused')).find(
          ({ integration }) => integration['deliveryKey'] === forged.id,
        ),
      5_000,
      () => 'the refusal is not in the log',
    );
    expect(line).toMatchObject({
      'log.level': 'warn',
      integration: { provider: 'paypal', replayOf: id },
    });
  });

  it("is told from a forged one by nothing but its transmission id: PayPal's signature covers both", async () => {
    const delivery = genuine();
    const forged = forge(delivery);
    await accept(forged);
    expect(await problemOf(await send(service, delivery), 400)).toMatchObject(REFUSED);
  });

  it('is one event when forged ones come at the same moment, at several instances', async () => {
    for (let round = 0; round < 10; round++) {
      const delivery = genuine();
      const all = [delivery, ...Array.from({ length: 7 }, () => forge(delivery))];
      const replies = await Promise.all(all.map((each, index) => send(index % 2 ? strict : service, each)));
      expect(replies.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(7).fill(400)]);
    }
  });

  it('is a duplicate under another transmission id, which then is good for no other body either', async () => {
    const delivery = genuine();
    const id = await accept(delivery);
    const signedAnew = paypal.deliver(delivery.body);
    expect(await answerOf(await send(service, signedAnew))).toMatchObject({ code: 200, id });
    expect(await problemOf(await send(service, forge(signedAnew)), 400)).toMatchObject(REFUSED);
  });
});

describe("a relay's delivery", () => {
  it('may come under a transmission id that was used: its signature covers the whole body', async () => {
    const delivery = genuine();
    const id = delivery.headers['paypal-transmission-id'];
    await accept(delivery);
    for (let count = 0; count < 2; count++) {
      const body = JSON.stringify(sampleBody('paypal', 'PAYMENT.CAPTURE.COMPLETED'));
      const time = new Date().toISOString();
      const signature = createHmac('sha256', service.secret('PAYPAL_WEBHOOK_SECRET'))
        .update(`${id}|${time}|${body}`)
        .digest('base64');
      await accept({
        provider: 'paypal',
        headers: {
          'paypal-auth-algo': 'HMAC-SHA256',
          'paypal-transmission-id': id ?? '',
          'paypal-transmission-time': time,
          'paypal-transmission-sig': signature,
        },
        body,
      });
    }
  });
});

describe("GitHub's delivery under a new id, with a body that has been", () => {
  const dispatch = () => ({
    ref: 'refs/heads/main',
    inputs: { nonce: randomUUID() },
    repository: { full_name: 'octo/repo' },
  });

  it('is accepted and marked: honest ones can be equal', async () => {
    const body = dispatch();
    const first = await accept(await githubDelivery(service, 'workflow_dispatch', body));
    const replay = await accept(await githubDelivery(service, 'workflow_dispatch', body));

    expect(await service.settled(first)).toMatchObject({ status: 'completed', suspectedReplayOf: null });
    expect(await service.settled(replay)).toMatchObject({ status: 'completed', suspectedReplayOf: first });
    const listed = await service.events('type=workflow_dispatch');
    expect(listed.find(({ id }) => id === replay)).toMatchObject({ suspectedReplayOf: first });
    const line = await eventually(
      async () =>
        (await logged(service, 'Suspected replay recorded')).find(
          ({ integration }) => integration['eventId'] === replay,
        ),
      5_000,
      () => 'the suspicion is not in the log',
    );
    expect(line).toMatchObject({
      'log.level': 'warn',
      integration: { provider: 'github', suspectedReplayOf: first },
    });
  });

  it("is marked under another event's name as well, since that is not signed either", async () => {
    const body = dispatch();
    const first = await accept(await githubDelivery(service, 'workflow_dispatch', body));
    const replay = await accept(await githubDelivery(service, 'deployment', body));
    expect(await service.event(replay)).toMatchObject({ suspectedReplayOf: first });
  });

  it('is refused where REPLAY_GUARD is reject; a redelivery stays a duplicate', async () => {
    const body = dispatch();
    const delivery = await githubDelivery(service, 'workflow_dispatch', body);
    const first = await accept(delivery, strict);
    await strict.settled(first);
    const replay = await githubDelivery(service, 'workflow_dispatch', body);
    expect(await problemOf(await send(strict, replay), 400)).toMatchObject(REFUSED);
    expect(await answerOf(await send(strict, delivery))).toMatchObject({ code: 200, id: first });

    const marked = await accept(replay, service);
    expect(await answerOf(await send(strict, replay))).toMatchObject({ code: 200, id: marked });
  });
});
