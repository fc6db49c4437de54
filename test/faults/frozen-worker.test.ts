import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { sampleBody, send, stripeDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';

/** As many as there are connections to the SMTP server. */
const RUNS = 5;

/** Every row that a worker writes. */
const ROWS = `
  SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM runs r) AS runs,
         (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.run_id, s.name) FROM steps s) AS steps,
         (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM transitions t) AS transitions,
         (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.key) FROM entities e) AS entities`;

describe.each(QUEUE_BACKENDS)('a worker that is frozen past its leases, with the queue in %s', (queue) => {
  let backends: TestBackends;
  let smtp: SlowSmtp;
  let frozen: TestService;
  let other: TestService | undefined;

  beforeAll(async () => {
    backends = await openBackends(queue);
    smtp = await SlowSmtp.start();
    frozen = await TestService.start({ env: { ...backends.env, SMTP_URL: smtp.url } });
  });

  afterAll(async () => {
    await frozen.stop();
    await other?.stop();
    await smtp.stop();
    await backends.close();
  });

  it('changes no row when it wakes', async () => {
    const ids = await Promise.all(
      Array.from({ length: RUNS }, async () => {
        const payload = sampleBody('stripe', 'payment_intent.succeeded');
        const response = await send(frozen, stripeDelivery(frozen, payload));
        return ((await response.json()) as { id: string }).id;
      }),
    );
    await eventually(
      () => (smtp.waiting === RUNS ? true : undefined),
      20_000,
      () => `only ${smtp.waiting} e-mails are on their way`,
    );
    process.kill(frozen.pid, 'SIGSTOP');

    other = await TestService.start({
      env: {
        ...backends.env,
        SMTP_URL: smtp.url,
        OPS_TOKEN: frozen.secret('OPS_TOKEN'),
        STRIPE_WEBHOOK_SECRET: 'x',
      },
    });
    for (const id of ids) {
      const { runs } = await other.settled(id, 40_000);
      // Whether the e-mail went out nobody knows, so it is a person's to decide.
      expect(runs).toMatchObject([
        { status: 'dead_lettered', crashes: 1, lastError: { code: 'outcome_unknown' } },
      ]);
    }

    const before = (await backends.pool.query(ROWS)).rows;
    process.kill(frozen.pid, 'SIGCONT');
    smtp.answer();
    await eventually(
      () => (takenOver(frozen.lines) === RUNS ? true : undefined),
      30_000,
      () => `only ${takenOver(frozen.lines)} runs were found to be taken over`,
    );
    expect((await backends.pool.query(ROWS)).rows).toEqual(before);
    expect(smtp.received).toBe(RUNS);
  });
});

function takenOver(lines: readonly string[]): number {
  return lines.filter((line) => line.includes('Run was taken over by another worker')).length;
}

/** A real SMTP server that takes messages and keeps its answers back. */
class SlowSmtp {
  received = 0;
  private answers: (() => void)[] = [];
  private answering = false;

  private constructor(private readonly server: SMTPServer) {}

  static async start(): Promise<SlowSmtp> {
    const smtp: SlowSmtp = new SlowSmtp(
      new SMTPServer({
        authOptional: true,
        disabledCommands: ['STARTTLS'],
        onData: (stream, _session, callback) => {
          stream.resume().on('end', () => {
            smtp.received++;
            smtp.answers.push(() => callback());
            if (smtp.answering) smtp.answer();
          });
        },
      }),
    );
    await new Promise<void>((resolve) => smtp.server.listen(0, '127.0.0.1', resolve));
    return smtp;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  get waiting(): number {
    return this.answers.length;
  }

  answer(): void {
    this.answering = true;
    for (const answer of this.answers.splice(0)) answer();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
