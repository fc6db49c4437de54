import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { readLog } from '../support/log-lines.js';
import { freezePostgres } from '../support/outages.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { TestService } from '../support/service.js';
import { PostgresServer } from './arena/postgres-server.js';
import { RedisServer } from './arena/redis-server.js';

/** Milliseconds within which the health tells what has happened, and within which every answer comes. */
const TOLD_MS = 2_000;
const ANSWERED_MS = 1_000;

/** More milliseconds than a statement, or a new connection, is waited for. */
const LONG_MS = 13_000;

const NOT_ASKED = 'The database cannot be asked for its health';

type State = 'up' | 'down';

interface Health {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: State; readonly message?: string }>>;
}

let folder: string;
let postgres: PostgresServer;
let redis: RedisServer;
let service: TestService;

/** What a driver would say of the servers, and nobody is to know who asks for health. */
let whereabouts: string[];

beforeAll(async () => {
  folder = makeFolder('health');
  postgres = await PostgresServer.start(join(folder, 'postgres'));
  redis = await RedisServer.start({ folder: makeFolder('health-redis'), keepsData: false });
  service = await TestService.start({ env: { ...postgres.env, ...redis.env } });
  whereabouts = [...Object.values(postgres.env), ...Object.values(redis.env)].flatMap((text) => {
    const { port, username, pathname } = new URL(text);
    return [port, username, pathname.slice(1)].filter((word) => word !== '');
  });
});

afterAll(async () => {
  await service.stop();
  await redis.close();
  await postgres.close();
  removeFolder(folder);
});

async function ask(path: string, asked = service): Promise<{ code: number; health: Health }> {
  const askedAt = performance.now();
  const reply = await fetch(asked.url + path);
  const text = await reply.text();
  expect(performance.now() - askedAt).toBeLessThan(ANSWERED_MS);
  for (const { message = '' } of Object.values((JSON.parse(text) as Health).details)) {
    for (const word of whereabouts) expect(message).not.toContain(word);
  }
  return { code: reply.status, health: JSON.parse(text) as Health };
}

/** Waits until the health is as expected, of the two servers, and whether traffic is wanted. */
async function told(expected: { database: State; queue: State; ready: number }): Promise<void> {
  let last: unknown;
  await eventually(
    async () => {
      const [{ health, code }, { code: ready }, { code: live }] = await Promise.all([
        ask('/health'),
        ask('/health/ready'),
        ask('/health/live'),
      ]);
      const { database, queue } = health.details;
      last = { database: database?.status, queue: queue?.status, ready };
      // A restart would mend none of these.
      expect(live).toBe(200);
      expect(code).toBe(health.status === 'ok' ? 200 : 503);
      return JSON.stringify(last) === JSON.stringify(expected) ? true : undefined;
    },
    TOLD_MS,
    () => `${JSON.stringify(expected)}, but the health says ${JSON.stringify(last)}`,
  );
}

const WELL = { database: 'up', queue: 'up', ready: 200 } as const;
const NO_DATABASE = { database: 'down', queue: 'up', ready: 503 } as const;
/** Events are accepted all the same. */
const NO_QUEUE = { database: 'up', queue: 'down', ready: 200 } as const;

describe('the health tells within two seconds', () => {
  beforeEach(() => told(WELL));

  it('that PostgreSQL was stopped, and that it is back', async () => {
    await postgres.goDown('fast');
    await told(NO_DATABASE);
    await postgres.comeBack();
    await told(WELL);
  });

  it('that PostgreSQL is frozen, and that it goes on', async () => {
    const thaw = await freezePostgres(postgres.url, postgres.postmaster);
    try {
      await told(NO_DATABASE);
    } finally {
      await thaw();
    }
    await told(WELL);
  });

  it('that PostgreSQL goes on, after it was frozen for longer than anybody waits for an answer', async () => {
    const thaw = await freezePostgres(postgres.url, postgres.postmaster);
    try {
      await told(NO_DATABASE);
      for (const frozenAt = performance.now(); performance.now() - frozenAt < LONG_MS;) {
        expect((await ask('/health')).health.details['database']).toEqual({
          status: 'down',
          message: expect.stringMatching(/^(No answer yet|Out of reach: the log says why)$/) as string,
        });
      }
    } finally {
      await thaw();
    }
    await told(WELL);
    // A driver's words are in the log.
    const lines = (await readLog(service)).filter(({ message }) => message === NOT_ASKED);
    expect(lines.map(({ error }) => error)).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/timeout/) as string }),
    );
  }, 60_000);

  it('that Redis was stopped, and that it is back', async () => {
    await redis.goDown('SIGTERM');
    await told(NO_QUEUE);
    await redis.comeBack();
    await told(WELL);
  });

  it('that Redis is frozen, and that it goes on', async () => {
    const thaw = redis.freeze();
    try {
      await told(NO_QUEUE);
    } finally {
      thaw();
    }
    await told(WELL);
  });
});

it('the health of what nobody knows is not good', async () => {
  const fresh = await TestService.start({ env: { ...service.env, APP_ROLE: 'worker' } });
  try {
    await postgres.goDown('fast');
    const { health } = await ask('/health', fresh);
    expect(health.details).toMatchObject({
      database: { status: 'down' },
      migrations: { status: 'down' },
      events: { status: 'down', message: 'Not known: the database does not tell' },
    });
    await postgres.comeBack();
    await eventually(
      async () => ((await ask('/health', fresh)).health.status === 'ok' ? true : undefined),
      TOLD_MS,
      () => 'the health is not good again',
    );
  } finally {
    await fresh.stop();
  }
});

describe('the health of a database', () => {
  it('that was set back to before a migration is no longer good', async () => {
    const { pool } = postgres;
    const { rows } = await pool.query<{ name: string }>(
      `UPDATE _prisma_migrations SET rolled_back_at = now()
       WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)
       RETURNING migration_name AS name`,
    );
    const migrations = await eventually(
      async () => {
        const { migrations: check } = (await ask('/health')).health.details;
        return check?.status === 'down' ? check : undefined;
      },
      TOLD_MS,
      () => 'the health does not miss the migration',
    );
    expect(migrations).toEqual({ status: 'down', missing: [rows[0]?.name] });
    await pool.query('UPDATE _prisma_migrations SET rolled_back_at = NULL');
    await told(WELL);
  });

  it('that has had a migration of a newer build is good, and says so', async () => {
    await postgres.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name)
       VALUES ('future', 'none', now(), '20991231000000_of_a_newer_build')`,
    );
    const migrations = await eventually(
      async () => {
        const { migrations: check } = (await ask('/health')).health.details;
        return check !== undefined && 'newer' in check ? check : undefined;
      },
      TOLD_MS,
      () => 'the health does not tell of the newer build',
    );
    expect(migrations).toEqual({ status: 'up', newer: ['20991231000000_of_a_newer_build'] });
  });
});
