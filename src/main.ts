import 'reflect-metadata';
import { loadConfig } from './load-config.js';
import { explainFault, type Config } from './platform/config/index.js';
import { createLogger, type LogSettings } from './platform/logging/index.js';
import { keepHeapModest, onStopSignal, processName } from './platform/process/index.js';
import type { RunningService } from './service.js';

/** Milliseconds for everything to end after a signal; then the process ends anyway. */
const STOP_DEADLINE_MS = 50_000;

/** Milliseconds for the last lines of the log to be written. */
const LOG_FLUSH_MS = 1_000;

function report(line: string): void {
  process.stdout.write(`• ${line}\n`);
}

async function start(): Promise<RunningService> {
  const { config, providers } = loadConfig(report);
  const logger = createLogger(logSettings(config));
  // Loading it takes most of the start, and a wrong environment is told at once.
  const { startService } = await import('./service.js');
  const service = await startService(config, providers, logger, report);
  report(
    `Ready on ${service.url} · webhooks at /webhooks/{${[...service.providers.keys()].join(',')}} · docs at /api/docs`,
  );
  return service;
}

function logSettings(config: Config): LogSettings {
  const { logLevel, logDir, logFormat, serviceName, environment, role } = config;
  const automatic = process.stdout.isTTY ? 'readable' : 'json';
  return {
    level: logLevel,
    dir: logDir,
    console: logFormat === 'auto' ? automatic : logFormat,
    service: { name: serviceName, environment, node: processName(role) },
  };
}

let stopping = false;

/** A service that is still starting is stopped as soon as it can be: its database must not be left behind. */
async function stop(starting: Promise<RunningService>, signal: NodeJS.Signals): Promise<void> {
  if (stopping) return;
  stopping = true;
  report(`Stopping: ${signal}`);
  const deadline = endAnyway();
  const service = await starting.catch(() => undefined);
  if (service === undefined) return; // It is told below why.
  if (service.drainDelay.ms > 0) {
    clearTimeout(deadline);
    report(`Takes webhooks for ${service.drainDelay.ms} ms more (DRAIN_DELAY_MS), though not ready any more`);
    await service.drainDelay.pass();
    endAnyway();
  }
  try {
    await service.stop();
  } catch (error) {
    // A connection that is away cannot be closed in order; nothing is lost by that.
    process.stderr.write(`${explainFault(error)}\n`);
  }
  // The log is written out; but what a server that is away keeps open must not keep the process.
  setTimeout(() => process.exit(), LOG_FLUSH_MS).unref();
}

function endAnyway(): NodeJS.Timeout {
  return setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
}

/** Nothing can be written down any more, so there is nothing to drain; the next start takes up what was in hand. */
function abandon(reason: string): void {
  if (stopping) {
    running?.drainDelay.cutShort();
    return;
  }
  process.stderr.write(`Cannot go on: ${reason}\n`);
  process.exit(1);
}

let running: RunningService | undefined;

const starting = start();
onStopSignal(
  (signal) => void stop(starting, signal),
  () => running?.drainDelay.cutShort() === true,
);
try {
  running = await starting;
  // Not before: what a start loads stays, and to look through it again and again would cost a tenth of its time.
  keepHeapModest();
  void running.failed.then(abandon);
} catch (error) {
  process.stderr.write(`Cannot start: ${explainFault(error)}\n`);
  process.exitCode = 1;
}
