import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'winston';
import type { Action } from '../../model/index.js';
import { LOGGER } from '../../platform/logging/index.js';
import type { Performer, StepContext } from '../action.js';

export interface LogInput {
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Writes one line into the log. */
export const log: Action<LogInput, undefined> = { name: 'log', effect: 'repeatable' };

@Injectable()
export class LogPerformer implements Performer<LogInput, undefined> {
  readonly action = log;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  perform({ message, fields }: LogInput, { logIds }: StepContext): Promise<undefined> {
    // Under one name: what a workflow calls a thing may be something else to us, or to another workflow.
    this.logger.info(message, { ...logIds, ...(fields && { fields }) });
    return Promise.resolve(undefined);
  }
}
