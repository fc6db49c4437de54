import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import winston from 'winston';
import { isDeadLetter, type Provider, type Sample, type SignedDelivery } from '../../model/index.js';
import { explainFault, freshSecret, readConfig, type Config } from '../../platform/config/index.js';
import { onStopSignal } from '../../platform/process/index.js';
import { providers, writeSample } from '../../providers/index.js';
import { startService, type RunningService } from '../../service.js';
import type { EventView } from '../event.dto.js';

/** Milliseconds that a life may take before the demo gives up watching. */
const PATIENCE_MS = 30_000;

const [BOLD, DIM, GREEN, RED, RESET] = process.stdout.isTTY
  ? ['\x1b[1m', '\x1b[2m', '\x1b[32m', '\x1b[31m', '\x1b[0m']
  : ['', '', '', '', ''];

/**
 * Starts a service of its own, beside any other, sends one signed event of each provider that a first start sets up
 * and shows what becomes of it. Leaves nothing behind.
 */
async function demo(): Promise<void> {
  const stopped = signalled();
  const folder = await mkdtemp(join(tmpdir(), 'integration-demo-'));
  const config = demoConfig(folder);
  const silent = winston.createLogger({ silent: true });
  const starting = startService(config, providers, silent, (line) => print(`${DIM}• ${line}${RESET}`));
  try {
    await Promise.race([starting.then((service) => showAll(service, folder, config)), stopped]);
  } finally {
    // It may have been stopped while it started.
    const service = await starting.catch(() => undefined);
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rejects when the demo is to stop. */
function signalled(): Promise<never> {
  return new Promise((_resolve, reject) => {
    onStopSignal((signal) => reject(new Error(`Stopped by ${signal}`)));
  });
}

async function showAll(service: RunningService, folder: string, config: Config): Promise<void> {
  for (const provider of providers) {
    const [sample] = provider.samples;
    const address = `${service.url}/webhooks/${provider.name}`;
    const signed = sample && provider.sign(writeSample(provider, sample), config.read, Date.now(), address);
    if (signed) await show(provider, sample, signed, address, config);
  }
  await showMail(join(folder, 'mail'));
  print(`\n${BOLD}That was all of it.${RESET} Now: npm start, and in another terminal`);
  print('  npm run send -- stripe payment_intent.succeeded');
}

/** All that the environment says is left aside: the demo wants nothing but Node. */
function demoConfig(folder: string): Config {
  const settings = providers.flatMap((provider) => provider.settings);
  const secrets = Object.fromEntries(
    settings.filter(({ generated }) => generated).map((setting) => [setting.name, freshSecret(setting)]),
  );
  return readConfig(
    { ...secrets, OPS_TOKEN: freshSecret(), PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder },
    providers,
  );
}

async function show(
  provider: Provider,
  sample: Sample,
  { headers, body }: SignedDelivery,
  address: string,
  config: Config,
): Promise<void> {
  print(`\n${BOLD}${provider.name} ${sample.type}${RESET}`);
  const started = performance.now();
  const reply = await fetch(address, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
  });
  const { id } = (await reply.json()) as { id: string };
  print(
    `  POST /webhooks/${provider.name} → ${reply.status} after ${Math.round(performance.now() - started)} ms`,
  );
  showLife(await watch(new URL(`/api/v1/events/${id}`, address).href, config.opsToken));
}

/** Waits until nothing is left to do about the event. */
async function watch(url: string, token: string): Promise<EventView> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const event = (await reply.json()) as EventView;
    if (event.status === 'completed' || isDeadLetter(event.status)) return event;
    if (Date.now() > deadline) throw new Error(`Event ${event.id} is still ${event.status}`);
    await sleep(50);
  }
}

function showLife(event: EventView): void {
  print(`  event ${event.id} · ${event.entity ?? ''}`);
  for (const run of event.runs) {
    print(`  workflow ${run.workflow}`);
    for (const { from, to, at } of run.transitions) {
      const after = new Date(at).getTime() - new Date(event.receivedAt).getTime();
      print(`    ${DIM}${`+${after} ms`.padStart(9)}${RESET}  ${from} → ${to}`);
    }
    for (const { name, action, status } of run.steps) print(`    step ${name} (${action}): ${status}`);
  }
  const colour = event.status === 'completed' ? GREEN : RED;
  print(`  ${colour}${event.status}${RESET}`);
}

async function showMail(folder: string): Promise<void> {
  const [first] = await readdir(folder);
  if (first === undefined) return;
  print(`\n${BOLD}One of the e-mails${RESET}`);
  const message = await readFile(join(folder, first), 'utf8');
  print(message.trim().replace(/^/gm, '  '));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`${explainFault(error)}\n`);
  process.exitCode = 1;
}
