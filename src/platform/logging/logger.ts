import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import winston from 'winston';
import { currentTraceId } from '../tracing/index.js';
import { elasticCommonSchema, type LoggedService } from './elastic-common-schema.js';
import type { LogLevelName } from './log-level.js';
import { readable } from './readable.js';
import { TurnwiseTransport } from './turnwise-transport.js';

/** Token under which the service's Winston logger is injected. */
export const LOGGER = Symbol('LOGGER');

export interface LogSettings {
  readonly level: LogLevelName;
  /** Folder of the files; made if it is missing. */
  readonly dir: string;
  /** Form of the lines on the console. */
  readonly console: 'json' | 'readable';
  readonly service: LoggedService;
}

/** A full file is put aside; the oldest goes. Strangers can write lines, too, so there must be an end. */
const ROTATION = { maxsize: 100 * 1024 * 1024, maxFiles: 5, tailable: true };

const addTraceId = winston.format((info) => {
  info['traceId'] ??= currentTraceId();
  return info;
});

/** A line of JSON for each entry on the console and in `combined.log`; errors also in `error.log`. */
export function createLogger({ level, dir, console, service }: LogSettings): winston.Logger {
  mkdirSync(dir, { recursive: true });
  const file = (name: string) => new winston.transports.File({ ...ROTATION, filename: join(dir, name) });
  return winston.createLogger({
    level,
    // Once for all transports, since it costs more than anything else here.
    format: winston.format.combine(addTraceId(), elasticCommonSchema(service)),
    transports: [
      new TurnwiseTransport(new winston.transports.Console(), {
        ...(console === 'readable' && { format: readable() }),
      }),
      new TurnwiseTransport(file('combined.log')),
      new TurnwiseTransport(file('error.log'), { level: 'error' }),
    ],
  });
}
