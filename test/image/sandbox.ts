import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What stands in for the base image: this machine's own programs, read-only. */
const BASE = ['bin', 'sbin', 'lib', 'lib64', 'usr', 'etc', 'dev', 'proc'];

/** As in the official images of Node. */
const USERS = { root: 0, node: 1000 } as const;

/** How this machine reaches its registry. */
const PASSED_ON = ['PATH', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

export interface SandboxOptions {
  readonly root: string;
  readonly workdir: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  /** Paths in the sandbox that stay writable when the rest is not. Undefined: everything is writable. */
  readonly writable?: readonly string[];
  /** Names that are this machine. */
  readonly hosts?: readonly string[];
}

/** Makes the folders of a root that {@link enter} can put a base under. */
export function createRoot(root: string): void {
  mkdirSync(root, { recursive: true });
  for (const name of [...BASE, 'tmp', 'root/.npm']) {
    const path = join(root, name);
    const original = `/${name}`;
    if (existsSync(original) && lstatSync(original).isSymbolicLink())
      symlinkSync(readlinkSync(original), path);
    else mkdirSync(path, { recursive: true });
  }
  writeFileSync(join(root, 'root', '.npmrc'), '');
}

/** Starts a command in a root of its own, as a user of its own. What is mounted there is nobody else's. */
export function enter(options: SandboxOptions, command: readonly string[]): ChildProcess {
  const { root, workdir, user, env, writable, hosts = [] } = options;
  const id = USERS[user as keyof typeof USERS];
  const files = `${root}.files`;
  mkdirSync(files, { recursive: true });
  const accounts = Object.entries(USERS);
  writeFileSync(
    join(files, 'passwd'),
    accounts.map(([name, uid]) => `${name}:x:${uid}:${uid}::/root:/bin/sh\n`).join(''),
  );
  writeFileSync(join(files, 'group'), accounts.map(([name, gid]) => `${name}:x:${gid}:\n`).join(''));
  writeFileSync(join(files, 'hosts'), `127.0.0.1 localhost ${hosts.join(' ')}\n`);

  const bind = (from: string, to: string): string => `mount --rbind '${from}' '${join(root, to)}'`;
  const readOnly = (path: string): string => `mount -o remount,bind,ro '${join(root, path)}'`;
  const based = BASE.filter((name) => !lstatSync(join(root, name)).isSymbolicLink());
  const npm = [join(homedir(), '.npm'), join(homedir(), '.npmrc')].filter((path) => existsSync(path));
  const script = [
    bind(root, '/'),
    ...based.map((name) => bind(`/${name}`, name)),
    ...['passwd', 'group', 'hosts'].map((name) => bind(join(files, name), `etc/${name}`)),
    readOnly('usr'),
    ...(writable === undefined
      ? npm.map((path) => bind(path, `root/${path.slice(homedir().length + 1)}`))
      : [
          `mount -t tmpfs tmpfs '${join(root, 'tmp')}'`,
          ...writable.map((path) => bind(join(root, path), path)),
          readOnly('/'),
        ]),
    `cd / && exec chroot --userspec=${id}:${id} '${root}' /bin/sh -c 'cd "$0" && exec "$@"' '${workdir}' "$@"`,
  ].join('\n');
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-eu', '-c', script, 'sh', ...command],
    {
      env: { ...Object.fromEntries(passed), HOME: '/root', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** Runs a command to its end. */
export async function runIn(
  options: SandboxOptions,
  command: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const child = enter(options, command);
  const [said, complained] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, output: said + complained };
}
