import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  DatabaseNewerError,
  DatabaseNotEmptyError,
  EarlierMigrationFailedError,
  MigrationDirectoryError,
  MigrationEditedError,
  MigrationFailedError,
  migrate,
} from '../../src/store/migrations/index.js';
import {
  type TestDatabase,
  type TestPostgres,
  makeFolder,
  removeFolder,
  startTestPostgres,
} from '../support/postgres.js';
import { type SchemaEngine, openSchemaEngine } from '../support/schema-engine.js';

const PROJECT_MIGRATIONS = path.resolve('prisma/migrations');
const PROJECT_SCHEMA = path.resolve('prisma/schema.prisma');

/** Some with what a naive runner stumbles over: semicolons in bodies, line ends of Windows. */
const SCRIPTS = {
  '20260101000000_users': `CREATE TABLE users (id int PRIMARY KEY, name text);\nINSERT INTO users VALUES (1, 'a;b');`,
  '20260102000000_function': `CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\r\n`,
};

/** Changes of the database, each with the SQL by which it would be undone. */
const DRIFTS: [sql: string, remedy: string][] = [
  ['CREATE TABLE forgotten (id int PRIMARY KEY)', 'DROP TABLE "forgotten"'],
  ['ALTER TABLE runs ADD COLUMN forgotten text', 'DROP COLUMN "forgotten"'],
  ['ALTER TABLE runs DROP COLUMN crashes', 'ADD COLUMN     "crashes" INTEGER NOT NULL'],
  ['ALTER TABLE runs ALTER COLUMN epoch TYPE bigint', '"epoch" SET DATA TYPE INTEGER'],
  ['ALTER TABLE runs ALTER COLUMN attempts DROP DEFAULT', '"attempts" SET DEFAULT 0'],
  ['ALTER TABLE events ALTER COLUMN account DROP NOT NULL', '"account" SET NOT NULL'],
  ['DROP INDEX runs_event_id_workflow_number_key', 'CREATE UNIQUE INDEX "runs_event_id_workflow_number_key"'],
  ['CREATE INDEX forgotten_idx ON steps (action)', 'DROP INDEX "forgotten_idx"'],
  ['ALTER TABLE runs DROP CONSTRAINT runs_event_id_fkey', 'ADD CONSTRAINT "runs_event_id_fkey"'],
  ['ALTER TABLE steps DROP CONSTRAINT steps_pkey', 'ADD CONSTRAINT "steps_pkey"'],
  ["ALTER TYPE step_status ADD VALUE 'forgotten'", 'CREATE TYPE "step_status_new"'],
  ['ALTER TABLE payloads ADD COLUMN lost text', 'DROP COLUMN "lost"'],
];

let server: TestPostgres;
let database: TestDatabase;
const engines: SchemaEngine[] = [];
const folders: string[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(() => server.stop());

beforeEach(async () => {
  database = await server.createDatabase();
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  await database.close();
  folders.splice(0).forEach(removeFolder);
});

describe('beside the schema engine of Prisma', () => {
  it.each([
    ['the migrations of the project', () => PROJECT_MIGRATIONS],
    ['other migrations', () => write(SCRIPTS)],
  ])('either finds nothing to do after the other, and both leave the same records: %s', async (_, folder) => {
    const directory = folder();
    const names = fs.readdirSync(directory).filter((name) => !name.endsWith('.toml'));
    const other = await server.createDatabase();
    try {
      expect(await run(directory)).toEqual(names.sort());
      const first = await openEngine(other.url);
      expect(await first.deploy(directory)).toEqual(names);
      await first.close();

      expect(await migrate({ pool: other.pool, directory, report: () => undefined })).toEqual([]);
      expect(await (await openEngine(database.url)).deploy(directory)).toEqual([]);

      expect(await records(database.pool)).toEqual(await records(other.pool));
      expect(await shapeOfRecords(database.pool)).toEqual(await shapeOfRecords(other.pool));
    } finally {
      await other.close();
    }
  });

  it('waits while the engine migrates', async () => {
    const directory = write(SCRIPTS);
    const engine = await openEngine(database.url);
    await engine.deploy(directory);

    const lines: string[] = [];
    const waiting = run(directory, lines);
    await sleep(500);
    expect(lines).toEqual(['Waiting for another instance that is migrating the database']);
    await engine.close();
    expect(await waiting).toEqual([]);
  });

  it('neither goes on after a failure of the other, until it is settled', async () => {
    const broken = write({ ...SCRIPTS, '20260103000000_broken': 'SELECT 1/0' });
    await expect(run(broken)).rejects.toThrow(MigrationFailedError);
    const engine = await openEngine(database.url);
    await expect(engine.deploy(broken)).rejects.toMatchObject({ code: 'P3009' });

    const other = await server.createDatabase();
    try {
      const second = await openEngine(other.url);
      await expect(second.deploy(broken)).rejects.toThrow();
      await second.close();
      const attempt = migrate({ pool: other.pool, directory: broken, report: () => undefined });
      await expect(attempt).rejects.toThrow(EarlierMigrationFailedError);
    } finally {
      await other.close();
    }
  });
});

describe('the runner', () => {
  it('applies only what is new, and reports each', async () => {
    const lines: string[] = [];
    await run(write(SCRIPTS), lines);
    const more = write({ ...SCRIPTS, '20260103000000_more': 'CREATE TABLE more ()' });
    expect(await run(more, lines)).toEqual(['20260103000000_more']);
    expect(lines.map((line) => line.replace(/\d+\.\d s$/, 'n s'))).toEqual(
      [...Object.keys(SCRIPTS), '20260103000000_more'].map((name) => `Applied migration ${name} … n s`),
    );
  });

  it('applies each once when several instances start at the same moment', async () => {
    const directory = write({ ...SCRIPTS, '20260103000000_slow': 'SELECT pg_sleep(0.5)' });
    const lines: string[] = [];
    const results = await Promise.all([1, 2, 3].map(() => run(directory, lines)));
    expect(results.map((names) => names.length).sort()).toEqual([0, 0, 3]);
    expect(lines.filter((line) => line.startsWith('Waiting'))).toHaveLength(2);
    expect(await records(database.pool)).toHaveLength(3);
  });

  it('rolls a failing migration back, records it, and goes on once that is settled', async () => {
    const name = '20260103000000_broken';
    const broken = write({ ...SCRIPTS, [name]: 'CREATE TABLE half ();\n\nSELECT 1 FROM nowhere;' });
    const failure = run(broken);
    await expect(failure).rejects.toThrow(MigrationFailedError);
    await expect(failure).rejects.toThrow(
      `The migration ${name} failed: relation "nowhere" does not exist (SQLSTATE 42P01); line 3 of migration.sql`,
    );
    expect(await tables()).toEqual(['_prisma_migrations', 'users']);
    expect((await records(database.pool)).at(-1)).toMatchObject({
      migration_name: name,
      finished: false,
      logs: expect.stringContaining('nowhere') as string,
      applied_steps_count: 0,
    });

    const again = run(broken);
    await expect(again).rejects.toThrow(EarlierMigrationFailedError);
    await expect(again).rejects.toThrow(`npx prisma migrate resolve --rolled-back ${name}`);

    await database.pool.query(
      `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${name}' AND finished_at IS NULL`,
    );
    expect(await run(write({ ...SCRIPTS, [name]: 'CREATE TABLE whole ()' }))).toEqual([name]);
  });

  it('leaves no trace of a migration in whose middle the connection was lost', async () => {
    const directory = write({ '20260101000000_slow': 'CREATE TABLE half (); SELECT pg_sleep(60)' });
    const attempt = run(directory);
    const terminated = terminate('%pg_sleep(60)%');
    await expect(attempt).rejects.toThrow(MigrationFailedError);
    await terminated;
    expect(await tables()).toEqual(['_prisma_migrations']);
    expect(await run(write({ '20260101000000_slow': 'CREATE TABLE whole ()' }))).toHaveLength(1);
  });

  it('applies what cannot run inside a transaction', async () => {
    const name = '20260103000000_index';
    const good = write({ ...SCRIPTS, [name]: 'CREATE INDEX CONCURRENTLY by_name ON users (name)' });
    expect(await run(good)).toContain(name);
    expect((await records(database.pool)).at(-1)).toMatchObject({ finished: true, applied_steps_count: 1 });

    const bad = '20260104000000_index';
    const sql = 'CREATE INDEX CONCURRENTLY by_nothing ON users (nothing)';
    const scripts = { ...SCRIPTS, [name]: fs.readFileSync(path.join(good, name, 'migration.sql'), 'utf8') };
    await expect(run(write({ ...scripts, [bad]: sql }))).rejects.toThrow('column "nothing" does not exist');
    const failed = (await records(database.pool)).filter(({ migration_name }) => migration_name === bad);
    expect(failed).toEqual([expect.objectContaining({ finished: false, applied_steps_count: 0 })]);
  });

  it('is not bound by the time limits of requests', async () => {
    const pool = new pg.Pool({ connectionString: database.url, statement_timeout: 200, query_timeout: 300 });
    try {
      const directory = write({ '20260101000000_slow': 'SELECT pg_sleep(0.6)' });
      expect(await migrate({ pool, directory, report: () => undefined })).toHaveLength(1);
    } finally {
      await pool.end();
    }
  });

  it('refuses migrations that were edited, but not other line ends', async () => {
    await run(write(SCRIPTS));
    const windows = Object.fromEntries(
      Object.entries(SCRIPTS).map(([name, sql]) => [name, sql.replaceAll(/\r?\n/g, '\r\n')]),
    );
    expect(await run(write(windows))).toEqual([]);

    const edited = run(write({ ...SCRIPTS, '20260101000000_users': 'CREATE TABLE users ()' }));
    await expect(edited).rejects.toThrow(MigrationEditedError);
    await expect(edited).rejects.toThrow('20260101000000_users');
  });

  it('refuses a database that is newer than the code', async () => {
    const { '20260102000000_function': _newer, ...older } = SCRIPTS;
    await run(write(SCRIPTS));
    const refusal = run(write({ ...older, '20260103000000_mine': 'CREATE TABLE mine ()' }));
    await expect(refusal).rejects.toThrow(DatabaseNewerError);
    await expect(refusal).rejects.toThrow('20260102000000_function');
    expect(await tables()).toEqual(['_prisma_migrations', 'users']);
  });

  it("refuses somebody else's database", async () => {
    await database.pool.query('CREATE TABLE theirs ()');
    await expect(run(write(SCRIPTS))).rejects.toThrow(DatabaseNotEmptyError);
    expect(await tables()).toEqual(['theirs']);
  });

  it('refuses a folder that is missing or has a migration without a script', async () => {
    await expect(run(path.join(folder(), 'nowhere'))).rejects.toThrow(MigrationDirectoryError);
    const directory = write(SCRIPTS);
    fs.mkdirSync(path.join(directory, '20260103000000_empty'));
    await expect(run(directory)).rejects.toThrow(MigrationDirectoryError);
    expect(await tables()).toEqual([]);
  });
});

describe('prisma/schema.prisma', () => {
  it('describes the migrated database', async () => {
    await run(PROJECT_MIGRATIONS);
    expect(await (await openEngine(database.url)).diff(PROJECT_SCHEMA)).toBe('');
  });

  it('is found to differ by anything that was changed without it', async () => {
    await run(PROJECT_MIGRATIONS);
    for (const [sql] of DRIFTS) await database.pool.query(sql);
    const remedies = await (await openEngine(database.url)).diff(PROJECT_SCHEMA);
    for (const [, remedy] of DRIFTS) expect(remedies).toContain(remedy);
  });
});

function run(directory: string, lines: string[] = []): Promise<string[]> {
  return migrate({ pool: database.pool, directory, report: (line) => lines.push(line) });
}

async function openEngine(url: string): Promise<SchemaEngine> {
  const engine = await openSchemaEngine(url);
  engines.push(engine);
  return engine;
}

function folder(): string {
  const made = makeFolder('migrations');
  folders.push(made);
  return made;
}

function write(scripts: Record<string, string>): string {
  const directory = folder();
  for (const [name, sql] of Object.entries(scripts)) {
    fs.mkdirSync(path.join(directory, name));
    fs.writeFileSync(path.join(directory, name, 'migration.sql'), sql);
  }
  return directory;
}

/** All that is the same every time. */
async function records(pool: pg.Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(`
    SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count, length(id) AS id_length,
           finished_at IS NOT NULL AS finished, coalesce(finished_at >= started_at, true) AS in_order
      FROM _prisma_migrations ORDER BY migration_name`);
  return rows;
}

async function shapeOfRecords(pool: pg.Pool): Promise<unknown> {
  const columns = await pool.query(`
    SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
      FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`);
  const indexes = await pool.query(`SELECT indexdef FROM pg_indexes WHERE tablename = '_prisma_migrations'`);
  return { columns: columns.rows, indexes: indexes.rows };
}

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** Hangs up on whoever runs such a statement, once somebody does. */
async function terminate(statement: string): Promise<void> {
  for (;;) {
    const { rowCount } = await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE $1 AND pid <> pg_backend_pid() AND state = 'active'`,
      [statement],
    );
    if (rowCount) return;
    await sleep(20);
  }
}
