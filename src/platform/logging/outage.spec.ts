import { PassThrough } from 'node:stream';
import winston from 'winston';
import { Outage } from './outage.js';

describe('an outage', () => {
  it('is told when it begins and when it is over, however often it is felt', async () => {
    const lines: string[] = [];
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
    const outage = new Outage(logger, 'The queue is away');

    outage.end();
    for (let time = 0; time < 100; time++) outage.feel(new Error('no'));
    outage.end();
    outage.end();
    outage.feel(new Error('again'));
    await new Promise(setImmediate);

    const told = lines.map((line) => JSON.parse(line) as { message: string; times: number });
    expect(told.map(({ message, times }) => [message, times])).toEqual([
      ['The queue is away', 1],
      ['The queue is away: over', 100],
      ['The queue is away', 1],
    ]);
  });
});
