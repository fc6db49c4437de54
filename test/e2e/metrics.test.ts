import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RejectedRequestPage } from '../../src/ops/rejected-request.dto.js';
import {
  lockDataDir,
  startEmbeddedPostgres,
  type DataDirLock,
  type EmbeddedPostgres,
} from '../../src/platform/embedded-postgres/index.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { githubDelivery, sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { serverPid } from '../support/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { HttpTarget } from '../support/http-target.js';
import { MailServer } from '../support/mail-server.js';
import { freezePostgres } from '../support/outages.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { checkByPromtool, readMetricTables, Scrape, type Sample } from '../support/scrape.js';
import { TestService } from '../support/service.js';

const REFUSED = 'integration_deliveries_refused_total';

describe('what a service counts', () => {
  let backends: TestBackends;
  let shop: HttpTarget;
  let mail: MailServer;
  let service: TestService;
  let before: Scrape;
  let scrape: Scrape;

  beforeAll(async () => {
    [backends, shop, mail] = await Promise.all([
      openBackends('postgres'),
      HttpTarget.start(),
      MailServer.start(),
    ]);
    service = await TestService.start({
      env: {
        ...backends.env,
        HTTP_TARGETS: `shop=${shop.url}`,
        HTTP_SIGNING_SECRET: shop.secret,
        SMTP_URL: mail.url,
        MAX_ATTEMPTS: '2',
        RETRY_BASE_MS: '1',
      },
    });
    before = await Scrape.of(service.url);
    await sendMix();
    scrape = await Scrape.of(service.url);
  }, 150_000);

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await Promise.all([shop.close(), mail.close()]);
    await backends.close();
  });

  const payment = (email: string) => {
    const body = sampleBody('stripe', 'payment_intent.succeeded') as {
      data: { object: Record<string, unknown> };
    };
    body.data.object['receipt_email'] = email;
    return body;
  };

  /** Sends what verifies, and gives the id of its event. */
  async function accepted(delivery: Parameters<typeof send>[1]): Promise<string> {
    const reply = await send(service, delivery);
    expect(reply.status).toBe(202);
    return ((await reply.json()) as { id: string }).id;
  }

  async function sendMix(): Promise<void> {
    // Accepted and done: a push twice, the second time as a duplicate, then with another body.
    const push = sampleBody('github', 'push');
    const delivery = await githubDelivery(service, 'push', push);
    await service.settled(await accepted(delivery));
    expect((await send(service, delivery)).status).toBe(200);
    const conflict = await githubDelivery(
      service,
      'push',
      { ...push, compare: 'https://example.org' },
      delivery.headers['x-github-delivery'],
    );
    expect((await send(service, conflict)).status).toBe(200);

    // Paid, shipped and told.
    await service.settled(await accepted(stripeDelivery(service, payment('paid@example.org'))));
    // The mail server refuses, for now and then for good: one retry, one dead letter, which is redriven.
    mail.plan('later@example.org', 451, 451, 451);
    const later = await service.settled(
      await accepted(stripeDelivery(service, payment('later@example.org'))),
    );
    for (const run of later.runs.filter(({ status }) => status === 'dead_lettered')) {
      expect((await service.order(`/api/v1/runs/${run.id}/redrive`, {})).status).toBe(202);
    }
    await eventually(
      async () => ((await service.event(later.id)).status === 'completed' ? true : undefined),
      20_000,
      () => 'the redriven event is not completed',
    );
    // What cannot be shipped is undone.
    shop.plan('/shipments', 409);
    const undone = await service.settled(
      await accepted(stripeDelivery(service, payment('undone@example.org'))),
    );
    expect(undone.status).toBe('compensated');

    // Refused: nobody's, without a signature, with a wrong one, not an event, and too large.
    expect((await service.post('nobody', {}, '{}')).status).toBe(404);
    expect((await service.post('nobody-else', {}, '{}')).status).toBe(404);
    expect((await service.post('stripe', {}, '{}')).status).toBe(400);
    const forged = { ...stripeDelivery(service, payment('forged@example.org')), body: '[]' };
    expect((await send(service, forged)).status).toBe(400);
    expect((await send(service, stripeDelivery(service, { id: 7 }))).status).toBe(400);
    expect((await service.post('stripe', {}, 'x'.repeat(2 ** 21))).status).toBe(413);
    expect((await service.post('stripe', { 'content-type': 'text/plain' }, 'x')).status).toBe(415);
    await eventually(
      async () => {
        const reply = await service.get('/api/v1/rejected-requests?state=held');
        return ((await reply.json()) as RejectedRequestPage).items.length === 3 ? true : undefined;
      },
      10_000,
      () => 'the three refused requests are not held',
    );
  }

  it('is what was sent', () => {
    const received = (provider: string, type_class: string, outcome: string) =>
      scrape.value('integration_events_received_total', { provider, type_class, outcome });
    expect(received('github', 'push', 'accepted')).toBe(1);
    expect(received('github', 'push', 'duplicate')).toBe(1);
    expect(received('github', 'push', 'conflict')).toBe(1);
    expect(received('stripe', 'payment_intent', 'accepted')).toBe(3);
    expect(scrape.value('integration_events_received_total')).toBe(6);
  });

  it('is what was answered, and why it was refused', () => {
    const refused = (provider: string, reason: string) =>
      scrape.value('integration_deliveries_refused_total', { provider, reason });
    expect(refused('other', 'unknown_provider')).toBe(2);
    expect(refused('stripe', 'signature_missing')).toBe(1);
    expect(refused('stripe', 'signature_mismatch')).toBe(1);
    expect(refused('stripe', 'invalid')).toBe(1);
    expect(refused('stripe', 'too_large')).toBe(1);
    expect(refused('stripe', 'unsupported_content')).toBe(1);
    expect(scrape.value('integration_deliveries_refused_total')).toBe(7);

    const answered = (provider: string, code: string) =>
      scrape.value('integration_webhook_requests_total', { provider, code });
    expect(answered('github', '202')).toBe(1);
    expect(answered('github', '200')).toBe(2);
    expect(answered('stripe', '202')).toBe(3);
    expect(answered('other', '404')).toBe(2);
    expect(scrape.value('integration_webhook_requests_total')).toBe(13);
    expect(scrape.value('integration_ack_duration_seconds_count', { provider: 'stripe' })).toBe(3);
    expect(scrape.value('integration_ack_duration_seconds_count', { provider: 'github' })).toBe(3);
    expect(scrape.value('integration_commit_batch_events_sum')).toBe(6);
    expect(scrape.value('integration_commit_duration_seconds_count')).toBe(6);
  });

  it('begins at 0 with every reason for which a provider that is configured can be refused, and others with one', async () => {
    const reasons = ({ samples }: Scrape, provider: string) =>
      samples
        .filter(({ name, labels }) => name === REFUSED && labels['provider'] === provider)
        .map(({ labels }) => labels['reason']);
    expect(before.samples.filter(({ name, value }) => name === REFUSED && value !== 0)).toEqual([]);
    const [, documented = ''] =
      /^- `reason` of a refusal:(.+?)^- /ms.exec(await readFile('docs/metrics.md', 'utf8')) ?? [];
    const words = [...documented.matchAll(/`(\w+)`/g)].map(([, word]) => word);
    const known = [...new Set(words)].filter((word) => word !== 'unknown_provider').sort();
    expect(reasons(before, 'stripe').sort()).toEqual(known);
    expect(reasons(before, 'slack')).toEqual(['unconfigured']);
    expect(reasons(before, 'other').sort()).toEqual(['malformed', 'unknown_provider']);
    for (const provider of ['stripe', 'github', 'other']) {
      expect(reasons(scrape, provider)).toEqual(reasons(before, provider));
    }
  });

  it('is what was done about it', () => {
    const attempts = (workflow: string, outcome: string) =>
      scrape.value('integration_attempts_total', { workflow, outcome });
    expect(attempts('github-push', 'completed')).toBe(1);
    // Paid and undone at once; later only after it was redriven.
    expect(attempts('stripe-payment-succeeded', 'completed')).toBe(3);
    expect(attempts('stripe-order-paid', 'completed')).toBe(2);
    expect(attempts('stripe-order-paid', 'compensating')).toBe(1);
    expect(attempts('stripe-order-paid', 'compensated')).toBe(1);
    expect(scrape.value('integration_run_start_delay_seconds_count', { provider: 'stripe' })).toBe(6);
    expect(scrape.value('integration_run_start_delay_seconds_count', { provider: 'github' })).toBe(1);
    expect(scrape.value('integration_compensations_total')).toBe(1);
    expect(
      scrape.value('integration_compensations_total', {
        workflow: 'stripe-order-paid',
        outcome: 'compensated',
      }),
    ).toBe(1);
    const steps = (step: string, outcome: string) =>
      scrape.value('integration_step_duration_seconds_count', {
        workflow: 'stripe-order-paid',
        step,
        outcome,
      });
    expect(steps('create-shipment', 'done')).toBe(2);
    expect(steps('create-shipment', 'failed')).toBe(1);
    expect(steps('reserve-stock:compensation', 'done')).toBe(1);
    expect(steps('keep-order:compensation', 'done')).toBe(1);
  });

  it('is what failed, what was tried again, and what was sent again', () => {
    const value = (name: string, labels = {}) => scrape.value(name, labels);
    const target = { target: `smtp:127.0.0.1:${new URL(mail.url).port}` };
    expect(value('integration_target_calls_total', { ...target, outcome: 'failure' })).toBe(3);
    // Two workflows mail the same address, each twice at most: one of them is refused twice, the other once.
    expect(value('integration_retries_total', { code: 'target_unavailable' })).toBe(2);
    expect(value('integration_dead_letters_total', { code: 'target_unavailable' })).toBe(1);
    expect(
      value('integration_dead_letters_total', { workflow: 'stripe-order-paid', code: 'target_refused' }),
    ).toBe(1);
    expect(value('integration_dead_letters_total')).toBe(2);
    expect(value('integration_redrives_total', { origin: 'run', verdict: 'redriven' })).toBe(1);
    expect(value('integration_crashes_total')).toBe(0);
    expect(value('integration_fenced_writes_total')).toBe(0);
    expect(value('integration_queue_losses_detected_total')).toBe(0);
    expect(value('integration_quarantine_overflow_total')).toBe(0);
  });

  it('is how things stand', async () => {
    // The readings of a moment ago were made before everything was done.
    const { samples } = await eventually(
      async () => {
        const again = await Scrape.of(service.url);
        return again.value('integration_runs', { status: 'compensated' }) === 1 ? again : undefined;
      },
      15_000,
      () => 'the compensated run is not shown',
      500,
    );
    const of = (name: string) => samples.filter((sample) => sample.name === name);
    const nonzero = (name: string) => of(name).filter(({ value }) => value !== 0);
    expect(nonzero('integration_runs')).toEqual([
      { name: 'integration_runs', labels: { provider: 'stripe', status: 'compensated' }, value: 1 },
    ]);
    expect(nonzero('integration_oldest_waiting_seconds')).toEqual([]);
    expect(of('integration_oldest_waiting_seconds')).toHaveLength(3);
    expect(of('integration_quarantine_requests')).toContainEqual({
      name: 'integration_quarantine_requests',
      labels: { provider: 'stripe' },
      value: 3,
    });
    expect(of('integration_source_up').map(({ labels, value }) => [labels['source'], value])).toEqual([
      ['database', 1],
      ['queue', 1],
      ['disk', 1],
    ]);
    expect(of('integration_worker_slots_busy')).toMatchObject([{ value: 0 }]);
    expect(of('integration_build_info')).toMatchObject([{ labels: { role: 'all' }, value: 1 }]);
  });

  it('is named as Prometheus would have it', async () => {
    expect(await checkByPromtool(scrape.page)).toBe('');
  });

  it('is what the documentation describes', async () => {
    const tables = await readMetricTables();
    const described = tables.map(({ name, type, help }) => ({ name, type, help }));
    const told = scrape.metrics.map((metric) => ({ ...metric, help: metric.help.replace(/\.$/, '') }));
    const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
    expect(told.sort(byName)).toEqual(described.sort(byName));
    for (const { name, labels } of scrape.samples.map(withoutParts)) {
      const table = tables.find((row) => row.name === name);
      expect([name, labels]).toEqual([name, [...(table?.labels ?? [])].sort()]);
    }
  });

  it('tells nothing of what was sent', () => {
    for (const secret of [
      'example.org',
      service.secret('STRIPE_WEBHOOK_SECRET'),
      service.secret('OPS_TOKEN'),
    ]) {
      expect(scrape.page).not.toContain(secret);
    }
  });

  it('is, of a sender that hangs up before it is answered, that it was not acknowledged', async () => {
    const delivery = await githubDelivery(service, 'push', sampleBody('github', 'push'));
    const blocker = await backends.pool.connect();
    try {
      // Nobody else writes there.
      await blocker.query('BEGIN; LOCK TABLE events IN EXCLUSIVE MODE');
      const sender = new AbortController();
      const answer = fetch(`${service.url}/webhooks/github`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...delivery.headers },
        body: delivery.body,
        signal: sender.signal,
      }).catch((error: unknown) => (error as Error).name);
      await eventually(
        async () => {
          const { rowCount } = await backends.pool.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return rowCount === 1 ? true : undefined;
        },
        10_000,
        () => 'no commit waits for the lock',
      );
      sender.abort();
      expect(await answer).toBe('AbortError');
      await eventually(
        async () => {
          const again = await Scrape.of(service.url);
          const labels = { provider: 'github', reason: 'given_up' };
          return again.value('integration_deliveries_refused_total', labels) === 1 ? true : undefined;
        },
        10_000,
        () => 'nobody counts who has hung up',
      );
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    // It was recorded all the same.
    await eventually(
      async () => ((await send(service, delivery)).status === 200 ? true : undefined),
      10_000,
      () => 'what was given up is not known',
    );
  });

  /** Of a histogram, whose samples have parts of their own in the name and the label `le`. */
  function withoutParts({ name, labels }: Sample): { name: string; labels: string[] } {
    const whole = name.replace(/_(bucket|sum|count)$/, '');
    const isHistogram = scrape.metrics.some((metric) => metric.name === whole && metric.type === 'histogram');
    const names = Object.keys(labels).filter((label) => !(isHistogram && label === 'le'));
    return { name: isHistogram ? whole : name, labels: names.sort() };
  }
});

describe('a scrape of a service whose database hangs', () => {
  let folder: string;
  let lock: DataDirLock;
  let database: EmbeddedPostgres;
  let service: TestService;

  beforeAll(async () => {
    folder = makeFolder('metrics');
    lock = lockDataDir(join(folder, 'data'));
    database = await startEmbeddedPostgres({ lock, report: () => undefined });
    service = await TestService.start({ env: { DATABASE_URL: database.url, APP_ROLE: 'worker' } });
  });

  afterAll(async () => {
    await service.stop();
    await database.stop();
    lock.release();
    removeFolder(folder);
  });

  it('is answered within a second, and says that it knows nothing new', async () => {
    const before = await Scrape.of(service.url);
    expect(before.value('integration_source_up', { source: 'database' })).toBe(1);
    const age = before.value('integration_source_age_seconds', { source: 'database' }) ?? NaN;
    expect(before.value('integration_build_info', { role: 'worker' })).toBe(1);

    const thaw = await freezePostgres(database.url, serverPid(join(folder, 'data')));
    try {
      const frozen = await eventually(
        async () => {
          const startedAt = performance.now();
          const scrapes = await Promise.all(Array.from({ length: 5 }, () => Scrape.of(service.url)));
          // The one promise about time here.
          expect(performance.now() - startedAt).toBeLessThan(1_000);
          return scrapes.find(
            (scrape) => scrape.value('integration_source_up', { source: 'database' }) === 0,
          );
        },
        15_000,
        () => 'the scrape does not say that the database hangs',
        500,
      );
      expect(frozen.value('integration_source_age_seconds', { source: 'database' })).toBeGreaterThan(age);
      expect(frozen.value('process_resident_memory_bytes')).toBeGreaterThan(0);
    } finally {
      await thaw();
    }
    await eventually(
      async () => {
        const scrape = await Scrape.of(service.url);
        return scrape.value('integration_source_up', { source: 'database' }) === 1 ? true : undefined;
      },
      30_000,
      () => 'the database is back, and the scrape does not say so',
      500,
    );
  });
});
