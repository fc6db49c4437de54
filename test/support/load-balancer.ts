import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { findFreePort } from './free-port.js';
import { installedProgram } from './installed-program.js';
import { makeFolder, removeFolder } from './postgres.js';

/** HAProxy, which adds to `X-Forwarded-For` the address that a request came from. */
export interface LoadBalancer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param servers URLs of the services among which it divides what comes
 * @param options `looksAt`: path at which it looks five times a second whether a service wants traffic
 */
export async function startLoadBalancer(
  servers: readonly string[],
  { looksAt }: { readonly looksAt?: string } = {},
): Promise<LoadBalancer> {
  const folder = makeFolder('haproxy');
  const port = await findFreePort();
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(port, servers, looksAt));
  const child = spawn(installedProgram('haproxy'), ['-f', file, '-db'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const ended = once(child, 'exit');
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`HAProxy ended:\n${printed}`);
      return (await takesConnections(port)) ? true : undefined;
    },
    10_000,
    () => `HAProxy takes no connections:\n${printed}`,
  );
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      removeFolder(folder);
    },
  };
}

function configuration(port: number, servers: readonly string[], looksAt: string | undefined): string {
  const check = looksAt === undefined ? '' : ' check inter 200ms fall 2 rise 1';
  return `
global
  maxconn 2000
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout check 5s
  timeout client 60s
  timeout server 60s
frontend webhooks
  bind 127.0.0.1:${port}
  default_backend services
backend services
  balance roundrobin
${looksAt === undefined ? '' : `  option httpchk GET ${looksAt}`}
${servers.map((url, index) => `  server s${index} ${new URL(url).host}${check}`).join('\n')}
`;
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
