import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import winston from 'winston';

/** Token under which the service's Winston logger is injected. */
export const LOGGER = Symbol('LOGGER');

/** Ids that stand in every line that is logged on behalf of a request or a run. */
export interface LogContext {
  readonly correlationId?: string;
  readonly eventId?: string;
  readonly runId?: string;
}

const contexts = new AsyncLocalStorage<LogContext>();

/** Everything that `work` logs, now or later, carries the ids, beside those of the surrounding context. */
export function withLogContext<Result>(context: LogContext, work: () => Result): Result {
  return contexts.run({ ...contexts.getStore(), ...context }, work);
}

/** What `work` begins is there for others, too: what it logs later carries no ids of the surrounding context. */
export function withoutLogContext<Result>(work: () => Result): Result {
  return contexts.run({}, work);
}

/** The ids of the request or the run that this code works for. */
export function logContext(): LogContext {
  return contexts.getStore() ?? {};
}

const addContext = winston.format((info) => Object.assign(info, contexts.getStore()));

/** A full file is put aside; the oldest goes. Strangers can write lines, too, so there must be an end. */
const ROTATION = { maxsize: 100 * 1024 * 1024, maxFiles: 5, tailable: true };

/** Errors have no enumerable properties, so JSON would show `{}`. */
const describeErrors = winston.format((info) => {
  const error = info['error'];
  if (error instanceof Error) {
    const { name, message, stack } = error;
    info['error'] = { name, message, ...(info.level === 'error' && { stack }) };
  }
  return info;
});

/**
 * JSON lines on the console and in `combined.log`; errors also in `error.log`.
 *
 * @param dir folder of the files; made if it is missing
 */
export function createLogger(level: string, dir: string): winston.Logger {
  mkdirSync(dir, { recursive: true });
  const { combine, timestamp, json } = winston.format;
  return winston.createLogger({
    level,
    format: combine(addContext(), describeErrors(), timestamp(), json()),
    transports: [
      new winston.transports.Console(),
      new winston.transports.File({ ...ROTATION, filename: join(dir, 'combined.log') }),
      new winston.transports.File({ ...ROTATION, filename: join(dir, 'error.log'), level: 'error' }),
    ],
  });
}
