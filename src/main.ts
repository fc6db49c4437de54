import 'reflect-metadata';
import { explainFault, loadEnvironment, readConfig } from './platform/config/index.js';
import { createLogger } from './platform/logging/index.js';
import { providers } from './providers/index.js';
import { startService, type RunningService } from './service.js';

/** Milliseconds for everything to end after a signal; then the process ends anyway. */
const STOP_DEADLINE_MS = 25_000;

function report(line: string): void {
  process.stdout.write(`• ${line}\n`);
}

async function start(): Promise<void> {
  const settings = providers.flatMap((provider) => provider.settings);
  const config = readConfig(loadEnvironment('.env', settings, report), settings);
  const logger = createLogger(config.logLevel, config.logDir);
  const service = await startService(config, logger, report);
  report(
    `Ready on ${service.url} · webhooks at /webhooks/{${[...service.providers.keys()].join(',')}} · docs at /api/docs`,
  );

  process.once('SIGINT', () => void stop(service, 'SIGINT', 0));
  process.once('SIGTERM', () => void stop(service, 'SIGTERM', 0));
  void service.failed.then((reason) => stop(service, reason, 1));
}

let stopping = false;

async function stop(service: RunningService, reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  report(`Stopping: ${reason}`);
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  try {
    await service.stop();
    process.exitCode = exitCode;
  } catch (error) {
    process.stderr.write(`Stopping failed: ${explainFault(error)}\n`);
    process.exitCode = 1;
  }
}

try {
  await start();
} catch (error) {
  process.stderr.write(`Cannot start: ${explainFault(error)}\n`);
  process.exitCode = 1;
}
