import { PassThrough } from 'node:stream';
import winston from 'winston';
import { LogQuota } from './log-quota.js';

it('a log quota lets so many lines through in a minute, and counts the others', async () => {
  const lines: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
  let now = 0;
  const quota = new LogQuota(logger, 2, () => now);

  for (let number = 1; number <= 10; number++) quota.warn('Refused', { number });
  now = 60_000;
  for (let number = 11; number <= 12; number++) quota.warn('Refused', { number });
  await new Promise(setImmediate);

  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { level: 'warn', message: 'Refused', number: 1 },
    { level: 'warn', message: 'Refused', number: 2 },
    { level: 'warn', message: 'Refused', number: 11, leftOut: 8 },
    { level: 'warn', message: 'Refused', number: 12 },
  ]);
});
