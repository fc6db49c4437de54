import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  DataDirLockedError,
  DataDirUnusableError,
  PostgresVersionError,
  lockDataDir,
} from '../../src/platform/embedded-postgres/index.js';
import { copyProject } from '../support/copied-project.js';
import { holdDatabase } from '../support/database-holder.js';
import {
  type Running,
  describeServer,
  isAlive,
  pidFile,
  query,
  serverPid,
  snapshot,
  startDatabase,
  writePidFile,
} from '../support/embedded-postgres.js';
import { makeFolder, removeFolder } from '../support/postgres.js';

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const running: Running[] = [];

/** A data folder as a stopped service leaves it, to be copied: making one takes a second. */
const stopped = makeFolder('stopped');

beforeAll(async () => {
  await (await start(stopped)).close();
});

afterAll(() => removeFolder(stopped));

afterEach(async () => {
  await Promise.all(running.splice(0).map((database) => database.close()));
  folders.splice(0).forEach(removeFolder);
});

describe('a start', () => {
  it('creates a durable database that only its password opens and only this machine reaches', async () => {
    const dataDir = folder();
    const database = await start(dataDir);

    expect(database.lines).toEqual([
      expect.stringMatching(/^Creating the database in .*postgres … \d+\.\d s$/),
      expect.stringMatching(/^Starting the database in .*postgres … \d+\.\d s$/),
    ]);
    expect(await describeServer(database.url)).toEqual({
      database: 'integration',
      encoding: 'UTF8',
      collation: 'C.UTF-8',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      password_encryption: 'scram-sha-256',
      max_connections: '300',
    });
    expect(fs.statSync(path.join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
    const wrong = new pg.Client(database.url.replace(/:[^:@/]+@/, ':wrong@'));
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('is quick on existing data, and keeps it', async () => {
    const dataDir = usedFolder();
    const first = await start(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.close();

    const begin = performance.now();
    const second = await start(dataDir);
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(second.lines).toEqual([expect.stringMatching(/^Starting/)]);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('works beside another one, in paths with spaces and other letters', async () => {
    const [one, two] = await Promise.all([
      start(path.join(folder(), 'one service')),
      start(path.join(folder(), 'zweiter Dienst — été')),
    ]);
    await query(one.url, 'CREATE TABLE only_in_one ()');
    await expect(query(two.url, 'SELECT FROM only_in_one')).rejects.toMatchObject({ code: '42P01' });
  });

  it('works in a project and a data folder that only this user may enter, without install scripts', async () => {
    const root = folder(0o700);
    const project = copyProject(root);
    const links = project.links();
    project.undoInstallScript();

    const holders = ['one', 'two'].map((name) => holdDatabase(path.join(root, name), project.index));
    try {
      for (const holder of holders) {
        expect(await query(await holder.message('url'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      }
      expect(project.links()).toEqual(links);
    } finally {
      const codes = await Promise.all(holders.map((holder) => holder.kill('SIGINT')));
      expect(codes).toEqual([0, 0]);
    }
  });

  it('starts anew when an earlier one was killed while it created the database', async () => {
    const dataDir = folder();
    const holder = holdDatabase(dataDir);
    const drafts = (): string[] => fs.readdirSync(dataDir).filter((name) => name.startsWith('postgres.new-'));
    while (drafts().length === 0) await sleep(2);
    await sleep(100);
    await holder.kill('SIGKILL', 'group');
    expect(drafts()).toHaveLength(1);

    const database = await start(dataDir);
    expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(drafts()).toEqual([]);
  });
});

describe('a data folder', () => {
  it('that another process uses is refused, with who it is, and nothing is touched', async () => {
    const dataDir = usedFolder();
    const holder = holdDatabase(dataDir);
    const url = await holder.message('url');
    const before = snapshot(dataDir);

    const refusal = thrownBy(() => lockDataDir(dataDir));
    expect(refusal).toBeInstanceOf(DataDirLockedError);
    expect((refusal as DataDirLockedError).holder).toMatchObject({
      pid: holder.pid,
      host: os.hostname(),
      port: 3001,
    });
    expect((refusal as Error).message).toContain(`in use by process ${holder.pid} on ${os.hostname()}`);
    expect(snapshot(dataDir)).toEqual(before);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await holder.kill('SIGINT');
  });

  it('is refused within the same process, too, until it is released', () => {
    const dataDir = folder();
    const lock = lockDataDir(dataDir);
    expect(thrownBy(() => lockDataDir(dataDir))).toBeInstanceOf(DataDirLockedError);
    lock.release();
    lockDataDir(dataDir).release();
  });

  it('with the data of another major version is refused with advice, and nothing is touched', async () => {
    const dataDir = usedFolder();
    fs.writeFileSync(path.join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    const before = snapshot(path.join(dataDir, 'postgres'));

    const refusal = start(dataDir);
    await expect(refusal).rejects.toThrow(PostgresVersionError);
    await expect(refusal).rejects.toThrow(/made by PostgreSQL 15.*brings PostgreSQL 18.*DATABASE_URL/s);
    expect(snapshot(path.join(dataDir, 'postgres'))).toEqual(before);
  });

  it('that is a file, or holds something else, is refused', async () => {
    const file = path.join(folder(), 'file');
    fs.writeFileSync(file, '');
    expect(thrownBy(() => lockDataDir(file))).toBeInstanceOf(DataDirUnusableError);

    const dataDir = folder();
    fs.mkdirSync(path.join(dataDir, 'postgres'));
    fs.writeFileSync(path.join(dataDir, 'postgres', 'letter.txt'), 'Dear');
    await expect(start(dataDir)).rejects.toThrow(DataDirUnusableError);
    expect(fs.readdirSync(path.join(dataDir, 'postgres'))).toEqual(['letter.txt']);
  });

  it('that this user may not write is refused', () => {
    // Root may write everywhere but there.
    const parent = isRoot ? '/sys' : folder(0o500);
    expect(thrownBy(() => lockDataDir(path.join(parent, 'data')))).toBeInstanceOf(DataDirUnusableError);
  });
});

describe('a server left behind', () => {
  it('by a killed service is stopped, the data kept and the lock free', async () => {
    const dataDir = usedFolder();
    const holder = holdDatabase(dataDir);
    const url = await holder.message('url');
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await holder.kill('SIGKILL', 'group');
    const orphan = serverPid(dataDir);
    expect(isAlive(orphan)).toBe(true);

    const begin = performance.now();
    const database = await start(dataDir);
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(database.lines[0]).toBe(`Stopped the database server ${orphan} that a killed service had left`);
    expect(serverPid(dataDir)).not.toBe(orphan);
    expect(await query(database.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('only by name is not stopped: its process id belongs to somebody else now', async () => {
    const neighbour = await start(usedFolder());
    const dataDir = usedFolder();
    // Given to the account by the first start, as every copy that root makes.
    await (await start(dataDir)).close();
    // As the same user, so that PostgreSQL itself would take the process for a server.
    const owner = fs.statSync(path.join(dataDir, 'postgres'));
    const stranger = spawn('sleep', ['60'], { uid: owner.uid, gid: owner.gid });
    try {
      for (const pid of [stranger.pid, Number((await query(neighbour.url, SERVER_PID))[0]?.['pid'])]) {
        writePidFile(dataDir, `${pid}\n${dataDir}/postgres\n1\n5432\n\n127.0.0.1\n\nready\n`);
        const database = await start(dataDir);
        expect(database.lines).toEqual([expect.stringMatching(/^Starting/)]);
        await database.close();
      }
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      expect(await query(neighbour.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      stranger.kill();
      await once(stranger, 'exit');
    }
  });

  it('in a file that is stale or was half written does not stand in the way', async () => {
    const dataDir = usedFolder();
    for (const content of ['4194300\n/elsewhere\n', '']) {
      writePidFile(dataDir, content);
      await (await start(dataDir)).close();
    }
  });
});

describe('a stop', () => {
  it('leaves no process and can be asked for twice', async () => {
    const dataDir = usedFolder();
    const database = await start(dataDir);
    const pid = serverPid(dataDir);
    const client = new pg.Client(database.url);
    client.on('error', () => undefined); // The server hangs up on it.
    await client.connect();
    await client.query('BEGIN');

    await Promise.all([database.stop(), database.stop()]);
    expect(await database.ended).toBe('exit code 0');
    expect(isAlive(pid)).toBe(false);
    expect(fs.existsSync(pidFile(dataDir))).toBe(false);
  });

  it('does not come by itself from Ctrl-C, while the service still drains', async () => {
    const dataDir = usedFolder();
    const holder = holdDatabase(dataDir);
    await holder.message('url');
    const pid = serverPid(dataDir);

    expect(await holder.kill('SIGINT', 'group')).toBe(0);
    expect(await holder.message('drained')).toBe(true);
    expect(isAlive(pid)).toBe(false);
  });

  it('that nobody asked for is told, and the next start recovers', async () => {
    const dataDir = usedFolder();
    const database = await start(dataDir);
    await query(database.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(serverPid(dataDir), 'SIGKILL');
    expect(await database.ended).toBe('stopped by SIGKILL');
    await database.close();

    const next = await start(dataDir);
    expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});

const SERVER_PID = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid";

function folder(mode?: number): string {
  const made = makeFolder('data', mode);
  folders.push(made);
  return made;
}

function usedFolder(): string {
  const dataDir = folder();
  fs.cpSync(stopped, dataDir, { recursive: true });
  return dataDir;
}

async function start(dataDir: string): Promise<Running> {
  const database = await startDatabase(dataDir);
  running.push(database);
  return database;
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
