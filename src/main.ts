import 'reflect-metadata';
import { explainFault, loadEnvironment, readConfig } from './platform/config/index.js';
import { createLogger } from './platform/logging/index.js';
import { providers } from './providers/index.js';
import { startService, type RunningService } from './service.js';

/** Milliseconds for everything to end after a signal; then the process ends anyway. */
const STOP_DEADLINE_MS = 25_000;

/** Milliseconds within which a second signal is the first one's echo. */
const SAME_SIGNAL_MS = 500;

function report(line: string): void {
  process.stdout.write(`• ${line}\n`);
}

async function start(): Promise<RunningService> {
  const settings = providers.flatMap((provider) => provider.settings);
  const config = readConfig(loadEnvironment('.env', settings, report), settings);
  const logger = createLogger(config.logLevel, config.logDir);
  const service = await startService(config, logger, report);
  report(
    `Ready on ${service.url} · webhooks at /webhooks/{${[...service.providers.keys()].join(',')}} · docs at /api/docs`,
  );
  return service;
}

let stopping = false;

/** A service that is still starting is stopped as soon as it can be: its database must not be left behind. */
async function stop(starting: Promise<RunningService>, reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  report(`Stopping: ${reason}`);
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  const service = await starting.catch(() => undefined);
  if (service === undefined) return; // It is told below why.
  try {
    await service.stop();
    process.exitCode = exitCode;
  } catch (error) {
    process.stderr.write(`Stopping failed: ${explainFault(error)}\n`);
    process.exitCode = 1;
  }
}

let signalledAt: number | undefined;

/**
 * The first signal drains, another one ends the process at once. But Ctrl-C comes twice: the terminal sends it
 * to everyone in the foreground, and npm passes its own on.
 */
function onSignal(signal: NodeJS.Signals): void {
  signalledAt ??= performance.now();
  if (performance.now() - signalledAt > SAME_SIGNAL_MS) process.exit(130);
  void stop(starting, signal, 0);
}

const starting = start();
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
try {
  const { failed } = await starting;
  void failed.then((reason) => stop(starting, reason, 1));
} catch (error) {
  process.stderr.write(`Cannot start: ${explainFault(error)}\n`);
  process.exitCode = 1;
}
