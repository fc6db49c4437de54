import { PassThrough } from 'node:stream';
import winston from 'winston';
import type { Execution } from '../act/index.js';
import { failure } from '../model/index.js';
import { reportFault } from './attempt-report.js';

/** What is logged of an attempt that ends so. */
function told(execution: Execution): object[] {
  const entries: object[] = [];
  const keep = winston.format((entry) => {
    entries.push(entry);
    return entry;
  });
  const transports = [new winston.transports.Stream({ stream: new PassThrough() })];
  reportFault(winston.createLogger({ format: keep(), transports }), { workflow: 'order' }, execution);
  return entries;
}

describe('a fault of ours', () => {
  it('is told as an error, with what was thrown', () => {
    const fault = new TypeError('not a function');
    expect(
      told({ outcome: 'failed', failure: failure('unexpected', String(fault), 'ship'), fault }),
    ).toMatchObject([
      {
        level: 'error',
        message: 'A step has a fault of its own',
        error: fault,
        workflow: 'order',
        step: 'ship',
      },
    ]);
  });

  it.each<Execution>([
    { outcome: 'completed' },
    { outcome: 'interrupted' },
    { outcome: 'failed', failure: failure('target_refused', 'not for you', 'ship') },
  ])('is none where it ends as %j', (execution) => {
    expect(told(execution)).toEqual([]);
  });
});
