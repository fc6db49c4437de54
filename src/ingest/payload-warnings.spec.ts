import { Writable } from 'node:stream';
import winston from 'winston';
import { PayloadWarnings, type PayloadWarning } from './payload-warnings.js';

/** Warnings, and the lines that they wrote. */
function openWarnings() {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
  return { warnings: new PayloadWarnings(logger), lines };
}

const push: PayloadWarning = { provider: 'github', type: 'push', reason: '/ref must be string' };

describe('warnings about payloads', () => {
  it('are counted by provider, type and reason', () => {
    const { warnings } = openWarnings();
    warnings.note(push);
    warnings.note({ ...push });
    warnings.note({ ...push, type: 'star' });
    warnings.noteSkipped();
    expect(warnings.counts).toEqual([
      { ...push, count: 2 },
      { ...push, type: 'star', count: 1 },
    ]);
    expect(warnings.skippedCount).toBe(1);
  });

  it('are logged ever more rarely', () => {
    const { warnings, lines } = openWarnings();
    for (let count = 0; count < 2500; count++) warnings.note(push);
    expect(lines.map(({ count }) => count)).toEqual([1, 10, 100, 1000]);
    expect(lines[0]).toEqual({ level: 'warn', message: 'Payload unlike its schema', ...push, count: 1 });
  });

  it('of more kinds than anybody reads are counted together', () => {
    const { warnings, lines } = openWarnings();
    for (let kind = 0; kind < 1500; kind++) warnings.note({ ...push, type: `repository_dispatch.${kind}` });
    expect(warnings.counts).toHaveLength(501);
    expect(warnings.counts.at(-1)).toMatchObject({ provider: '*', count: 1000 });
    expect(lines).toHaveLength(504);
  });
});
