import { PassThrough } from 'node:stream';
import winston from 'winston';
import type { Execution } from '../act/index.js';
import { failure } from '../model/index.js';
import { reportFault } from './attempt-report.js';

const run = {
  workflow: 'order',
  lease: { runId: 'run 1', epoch: 1 },
  event: {
    id: 'event 1',
    provider: 'stripe',
    account: '',
    deliveryKey: 'evt_1',
    type: 'order.paid',
    entity: null,
    occurredAt: null,
    receivedAt: new Date(),
  },
  correlationId: 'request 1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
};

/** What is logged of an attempt that ends so. */
function told(execution: Execution): object[] {
  const entries: object[] = [];
  const keep = winston.format((entry) => {
    entries.push(entry);
    return entry;
  });
  const transports = [new winston.transports.Stream({ stream: new PassThrough() })];
  reportFault(winston.createLogger({ format: keep(), transports }), run, execution);
  return entries;
}

describe('a fault of ours', () => {
  it('is told as an error, with what was thrown, and where more is told of the run', () => {
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
        runId: 'run 1',
        eventId: 'event 1',
        correlationId: 'request 1',
        traceId: '0af7651916cd43dd8448eb211c80319c',
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
