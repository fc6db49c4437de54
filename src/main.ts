import 'reflect-metadata';
import { explainFault, loadEnvironment, readConfig } from './platform/config/index.js';
import { createLogger } from './platform/logging/index.js';
import { onStopSignal } from './platform/process/index.js';
import { providers } from './providers/index.js';
import { startService, type RunningService } from './service.js';

/** Milliseconds for everything to end after a signal; then the process ends anyway. */
const STOP_DEADLINE_MS = 50_000;

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
  } catch (error) {
    // A connection that is away cannot be closed in order; nothing is lost by that.
    process.stderr.write(`${explainFault(error)}\n`);
  }
  // What a server that is away keeps open must not keep the process.
  process.exit(exitCode);
}

const starting = start();
onStopSignal((signal) => void stop(starting, signal, 0));
try {
  const { failed } = await starting;
  void failed.then((reason) => stop(starting, reason, 1));
} catch (error) {
  process.stderr.write(`Cannot start: ${explainFault(error)}\n`);
  process.exitCode = 1;
}
