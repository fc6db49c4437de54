import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { QueueBackendName } from '../../support/backends.js';
import { send, type TestDelivery } from '../../support/deliveries.js';
import { eventually } from '../../support/eventually.js';
import { HttpTarget } from '../../support/http-target.js';
import { MailServer } from '../../support/mail-server.js';
import { makeFolder, removeFolder } from '../../support/postgres.js';
import { secrets, TestService } from '../../support/service.js';
import { EmbeddedDatabase } from './embedded-database.js';
import {
  installEffectLedger,
  readDeadLetters,
  readEvents,
  readPersisted,
  type Evidence,
} from './evidence.js';
import { FAILPOINTS_MODULE, failpointEnv, type Failpoint } from './failpoints.js';
import type { FaultRow } from './fault-row.js';
import { PostgresServer } from './postgres-server.js';
import { RedisServer } from './redis-server.js';
import { mountSmallDisk, type SmallDisk } from './small-disk.js';
import { Traffic, type Kind, type TrafficOptions } from './traffic.js';

/** Fewer events and shorter faults in the short form; a row says what that means to it. */
export type Form = 'short' | 'long';

export interface ArenaOptions {
  readonly row: FaultRow;
  readonly queue: QueueBackendName;
  readonly form: Form;
  readonly random: () => number;
  /** The built service, `dist/main.js` or a mutant's. */
  readonly main: string;
}

export interface ServiceWishes {
  readonly role?: 'api' | 'worker' | 'all';
  readonly failpoints?: readonly Failpoint[];
  readonly preload?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** Real servers, services, senders and peers of one row, and all that is closed when it ends. */
export class Arena {
  /** Those that are alive. */
  readonly services: TestService[] = [];
  /** Those that are gone as well, in the order of their start. */
  private readonly everyService: TestService[] = [];
  private readonly withdrawn = new Set<TestService>();
  readonly sent = new Map<string, Kind>();
  private readonly secrets = secrets();
  private readonly traffics: Traffic[] = [];
  private readonly ownAcknowledgements: string;
  private turn = 0;
  private started = 0;
  private hasLedger = false;
  private closed = false;
  private readonly starting = new Set<Promise<TestService>>();

  private constructor(
    readonly options: ArenaOptions,
    readonly folder: string,
    private readonly database: PostgresServer | EmbeddedDatabase,
    private readonly queueServer: RedisServer | undefined,
    readonly mail: MailServer,
    /** Whom the test-only workflow of orders sends to. */
    readonly till: HttpTarget,
    private readonly disk: SmallDisk | undefined,
  ) {
    this.ownAcknowledgements = join(folder, 'acknowledged');
  }

  static async open(options: ArenaOptions): Promise<Arena> {
    const folder = makeFolder('faults');
    const { row, queue } = options;
    const disk = row.smallDisk === true ? mountSmallDisk(join(folder, 'postgres')) : undefined;
    const [database, redis, mail, till] = await Promise.all([
      row.embeddedDatabase === true
        ? new EmbeddedDatabase(join(folder, 'service', '.data'))
        : PostgresServer.start(join(folder, 'postgres')),
      queue === 'redis' ? RedisServer.start({ folder, keepsData: row.redisKeepsData ?? false }) : undefined,
      MailServer.start(),
      HttpTarget.start(),
    ]);
    return new Arena(options, folder, database, redis, mail, till, disk);
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get queue(): QueueBackendName {
    return this.options.queue;
  }

  get random(): () => number {
    return this.options.random;
  }

  get isLong(): boolean {
    return this.options.form === 'long';
  }

  /** The one number or the other, by the form. */
  scale<Value>(short: Value, long: Value): Value {
    return this.isLong ? long : short;
  }

  get pool(): pg.Pool {
    return this.database.pool;
  }

  get postgres(): PostgresServer {
    if (this.database instanceof PostgresServer) return this.database;
    throw new Error('This row has the embedded database of the service');
  }

  get embedded(): EmbeddedDatabase {
    if (this.database instanceof EmbeddedDatabase) return this.database;
    throw new Error('This row has a database of its own');
  }

  get redis(): RedisServer {
    if (this.queueServer === undefined) throw new Error('The queue of this row is in PostgreSQL');
    return this.queueServer;
  }

  secret(name: string): string {
    return this.secrets[name] ?? '';
  }

  /** Starts a service; from now on deliveries go to it, too, if it takes any. */
  async start(wishes: ServiceWishes = {}): Promise<TestService> {
    if (this.closed) throw new Error('The arena is closed');
    const starting = this.startService(wishes);
    this.starting.add(starting);
    try {
      return await starting;
    } finally {
      this.starting.delete(starting);
    }
  }

  private async startService(wishes: ServiceWishes): Promise<TestService> {
    const { role = 'all', failpoints = [], preload = [], env = {}, nodeArgs = [] } = wishes;
    const service = await TestService.start({
      main: this.options.main,
      preload: failpoints.length > 0 ? [FAILPOINTS_MODULE, ...preload] : preload,
      nodeArgs,
      folder: this.makeServiceFolder(),
      env: {
        ...this.secrets,
        LOG_LEVEL: 'warn',
        APP_ROLE: role,
        SMTP_URL: this.mail.url,
        HTTP_TARGETS: `till=${this.till.url}`,
        HTTP_SIGNING_SECRET: this.till.secret,
        ...this.database.env,
        ...this.queueServer?.env,
        ...failpointEnv(failpoints),
        ...env,
      },
    });
    this.services.push(service);
    this.everyService.push(service);
    service.child.once('exit', () => this.services.splice(this.services.indexOf(service), 1));
    if (!this.hasLedger) {
      this.hasLedger = true;
      await installEffectLedger(this.pool);
    }
    return service;
  }

  /** With an embedded database all of them have one folder, one after the other. */
  private makeServiceFolder(): string {
    const name = this.database instanceof EmbeddedDatabase ? 'service' : `service-${++this.started}`;
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Kills the process at once, as the OOM killer would. */
  async kill(service: TestService): Promise<void> {
    const exited = once(service.child, 'exit');
    service.child.kill('SIGKILL');
    await exited;
  }

  /** Sends to it again. */
  bringBack(service: TestService): void {
    this.withdrawn.delete(service);
  }

  /** Resolves when the service has died by itself. */
  async death(service: TestService, withinMs = 60_000): Promise<void> {
    await eventually(
      () => !this.services.includes(service) || undefined,
      withinMs,
      () => 'the service did not reach its failpoint',
    );
  }

  /** Sends nothing more to it, as a load balancer does before a stop. */
  withdraw(service: TestService): void {
    this.withdrawn.add(service);
  }

  traffic(options: TrafficOptions = {}): Traffic {
    const { folder, random } = this;
    const place = { folder, random, signer: this, target: () => this.target(), sent: this.sent };
    const traffic = new Traffic(place, `acknowledged-${this.traffics.length}`, options);
    this.traffics.push(traffic);
    return traffic;
  }

  /** Sends once, outside of the traffic, and notes what it was if it is acknowledged. */
  async deliver(delivery: TestDelivery, key: string, kind: Kind, to = this.target()): Promise<Response> {
    if (to === undefined) throw new Error('No service is there');
    this.sent.set(key, kind);
    const response = await send(to, delivery);
    if (response.ok) {
      const { id } = (await response.clone().json()) as { id: string };
      await appendDurably(this.ownAcknowledgements, `${id}\n`);
    }
    return response;
  }

  /** Those that take webhooks take turns. */
  private target(): TestService | undefined {
    const takers = this.services.filter(
      (service) => service.env['APP_ROLE'] !== 'worker' && !this.withdrawn.has(service),
    );
    return takers[this.turn++ % takers.length];
  }

  /** How many runs the condition holds for. */
  async countRuns(condition: string, ...values: unknown[]): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM runs WHERE ${condition}`,
      values,
    );
    return rows[0]?.count ?? 0;
  }

  /** The runs that the condition holds for. */
  async findRuns(condition: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(`SELECT id FROM runs WHERE ${condition}`);
    return rows.map(({ id }) => id);
  }

  /** Waits until the condition on the runs holds for so many, and gives the milliseconds that it took. */
  async untilRuns(
    condition: string,
    wanted: (count: number) => boolean,
    withinMs: number,
    ...values: unknown[]
  ): Promise<number> {
    const startedAt = performance.now();
    let count = -1;
    await eventually(
      async () => {
        count = await this.countRuns(condition, ...values).catch(() => -1);
        return (count >= 0 && wanted(count)) || undefined;
      },
      withinMs,
      () => `${count} runs are ${condition}`,
      100,
    );
    return performance.now() - startedAt;
  }

  /** Waits until nothing is open, and gives the milliseconds that it took. */
  async untilSettled(withinMs: number): Promise<number> {
    return this.untilRuns('finished_at IS NULL', (count) => count === 0, withinMs);
  }

  /** Waits until a run is completed that is begun from now on, and gives the milliseconds that it took. */
  async untilNextCompletion(withinMs: number): Promise<number> {
    const startedAt = performance.now();
    const now = await eventually(
      () => this.readClock().catch(() => undefined),
      withinMs,
      () => 'the database does not answer',
    );
    await this.untilRuns(`status = 'completed' AND finished_at > $1`, (count) => count > 0, withinMs, now);
    return performance.now() - startedAt;
  }

  /** The time by the clock of the database, exactly. */
  async readClock(): Promise<string> {
    const { rows } = await this.pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    return rows[0]?.now ?? '';
  }

  async gather(): Promise<Evidence> {
    // One after the other over one connection: the services may have all the others.
    const events = await readEvents(this.pool);
    const deadLetters = await readDeadLetters(this.pool);
    const persisted = await readPersisted(this.pool);
    const own = readLines(this.ownAcknowledgements);
    const acknowledged = [...this.traffics.flatMap((traffic) => traffic.readAcknowledged()), ...own];
    return { sent: this.sent, acknowledged, events, deadLetters, persisted, mailed: this.countMails() };
  }

  /** What the services printed. */
  get printed(): string {
    return this.everyService
      .map(({ env, pid, lines }) => [`${env['APP_ROLE'] ?? ''} ${pid}`, ...lines].join('\n'))
      .join('\n\n');
  }

  private countMails(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { headers } of this.mail.received) {
      const event = headers['x-event-id'] ?? 'without an event';
      counts.set(event, (counts.get(event) ?? 0) + 1);
    }
    return counts;
  }

  /** Ends everything, however it stands. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.starting);
    const senders = this.traffics.map((traffic) => traffic.stop());
    await Promise.all([...this.services].map((service) => service.killGroup()));
    await Promise.all(senders);
    await Promise.all([
      this.database.close(),
      this.queueServer?.close(),
      this.mail.close(),
      this.till.close(),
    ]);
    this.disk?.unmount();
    removeFolder(this.folder);
  }
}

async function appendDurably(path: string, line: string): Promise<void> {
  const file = await open(path, 'a');
  await file.write(line);
  await file.datasync();
  await file.close();
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
