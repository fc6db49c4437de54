import fs from 'node:fs';
import { PostgresAccountError, PostgresServerError } from './errors.js';
import type { DataDirLayout } from './layout.js';
import type { Binaries } from './locate-binaries.js';
import { type Launch, runProgram } from './run-program.js';

/** The account under which the database's programs run and which owns its data. */
export interface Account {
  /** As which the programs run, or undefined if as ourselves. */
  readonly ids: AccountIds | undefined;
  launch(file: string, args: readonly string[]): Launch;
}

export interface AccountIds {
  readonly uid: number;
  readonly gid: number;
}

/** The version that `postgres --version` tells, as in "postgres (PostgreSQL) 18.4". */
const VERSION = /\(PostgreSQL\) (\d+)/;

/**
 * PostgreSQL refuses to run as root. Then the account is the owner of the data, or, for new data, the system's
 * `postgres` user (made if missing). If that account can't enter the folders of the project, it gets the one
 * capability to read and search everywhere; it still writes only what is its own.
 *
 * @returns the account, and the major version of the PostgreSQL that it can run
 * @throws PostgresAccountError if we are root and no account can run it
 * @throws PostgresServerError if the programs don't run on this machine
 */
export async function chooseAccount(
  layout: DataDirLayout,
  { postgres }: Binaries,
): Promise<{ account: Account; major: string }> {
  if (process.getuid?.() !== 0) {
    const ourselves: Account = { ids: undefined, launch: (file, args) => ({ file, args }) };
    const { stdout, stderr } = await runProgram(ourselves.launch(postgres, ['--version']), layout.dataDir);
    const major = VERSION.exec(stdout)?.[1];
    if (!major) throw new PostgresServerError(`${postgres} doesn't run on this machine: ${stderr}`);
    return { account: ourselves, major };
  }

  const ids = ownerOf(layout.cluster) ?? (await findPostgresUser()) ?? (await makePostgresUser());
  const faults: string[] = [];
  for (const account of [withoutCapability(ids), withSearchCapability(ids)]) {
    // `cd` really enters; `test -x` would ask for the rights without the capability.
    const probe = ['-c', 'cd -- "$1" && exec "$2" --version', 'sh', layout.dataDir, postgres];
    const { stdout, stderr } = await runProgram(account.launch('/bin/sh', probe));
    const major = VERSION.exec(stdout)?.[1];
    if (major) return { account, major };
    faults.push(stderr);
  }
  throw new PostgresAccountError(
    `user ${ids.uid} can't enter ${layout.dataDir} or run ${postgres} (${faults.join('; ')})`,
  );
}

function withoutCapability(ids: AccountIds): Account {
  return { ids, launch: (file, args) => ({ file, args, ...ids }) };
}

function withSearchCapability(ids: AccountIds): Account {
  const options = [
    `--reuid=${ids.uid}`,
    `--regid=${ids.gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
    // Otherwise access(2), with which PostgreSQL looks for its own files, ignores the capability.
    '--securebits=+no_setuid_fixup',
  ];
  return { ids, launch: (file, args) => ({ file: 'setpriv', args: [...options, file, ...args] }) };
}

function ownerOf(cluster: string): AccountIds | undefined {
  const stat = fs.statSync(cluster, { throwIfNoEntry: false });
  return stat && stat.uid !== 0 ? { uid: stat.uid, gid: stat.gid } : undefined;
}

async function findPostgresUser(): Promise<AccountIds | undefined> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map((option) => runProgram({ file: 'id', args: [option, 'postgres'] })),
  );
  return uid?.ok && gid?.ok ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
}

async function makePostgresUser(): Promise<AccountIds> {
  // Each may fail because another start, or an earlier one, made it: what counts is that the user exists then.
  await runProgram({ file: 'groupadd', args: ['--system', 'postgres'] });
  const made = await runProgram({
    file: 'useradd',
    args: '--system --gid postgres --no-create-home --shell /usr/sbin/nologin postgres'.split(' '),
  });
  const ids = await findPostgresUser();
  if (!ids) throw new PostgresAccountError(`the user "postgres" can't be made (${made.stderr})`);
  return ids;
}
