import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import winston from 'winston';
import { createLogger, logContext, withLogContext } from './logger.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'logger-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What the files hold after `work` has logged. */
async function logged(level: string, work: (logger: winston.Logger) => unknown) {
  const dir = join(folder, 'deep', 'logs');
  const logger = createLogger(level, dir);
  for (const transport of logger.transports) {
    if (transport instanceof winston.transports.Console) transport.silent = true;
  }
  await work(logger);
  const files = logger.transports.filter((transport) => transport instanceof winston.transports.File);
  logger.end();
  await Promise.all(files.map((file) => once(file, 'finish')));
  const read = (name: string) =>
    readFileSync(join(dir, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { combined: read('combined.log'), errors: read('error.log') };
}

describe('the log', () => {
  it('has a JSON line for each entry, errors in a file of their own too', async () => {
    const { combined, errors } = await logged('info', (logger) => {
      logger.debug('too fine');
      logger.info('said', { runs: 3, text: 'two\nlines' });
      logger.error('failed');
    });
    expect(combined).toEqual([
      {
        level: 'info',
        message: 'said',
        runs: 3,
        text: 'two\nlines',
        timestamp: expect.any(String) as string,
      },
      { level: 'error', message: 'failed', timestamp: expect.any(String) as string },
    ]);
    expect(errors).toMatchObject([{ message: 'failed' }]);
    expect(Date.parse(String(combined[0]?.['timestamp']))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('describes an error, with its stack only where it is one of ours', async () => {
    const error = new TypeError('not a function');
    const { combined } = await logged('info', (logger) => {
      logger.warn('odd', { error });
      logger.error('broken', { error });
      logger.warn('a text', { error: 'refused' });
    });
    expect(combined).toMatchObject([
      { error: { name: 'TypeError', message: 'not a function' } },
      { error: { name: 'TypeError', message: 'not a function', stack: error.stack } },
      { error: 'refused' },
    ]);
    expect(combined[0]?.['error']).not.toHaveProperty('stack');
  });

  it('has the ids of what it is about, whatever was awaited meanwhile', async () => {
    const { combined } = await logged('info', async (logger) => {
      await withLogContext({ correlationId: 'request' }, async () => {
        await new Promise(setImmediate);
        withLogContext({ eventId: 'event' }, () => logger.info('inner'));
        logger.info('outer');
      });
      logger.info('outside');
    });
    expect(combined).toMatchObject([
      { message: 'inner', correlationId: 'request', eventId: 'event' },
      { message: 'outer', correlationId: 'request' },
      { message: 'outside' },
    ]);
    expect(combined[1]).not.toHaveProperty('eventId');
    expect(combined[2]).not.toHaveProperty('correlationId');
  });

  it('keeps the contexts of concurrent work apart', async () => {
    const seen = await Promise.all(
      ['a', 'b'].map((runId) =>
        withLogContext({ runId }, async () => {
          await new Promise(setImmediate);
          return logContext();
        }),
      ),
    );
    expect(seen).toEqual([{ runId: 'a' }, { runId: 'b' }]);
    expect(logContext()).toEqual({});
  });

  it('is in a folder that is made when it is missing', async () => {
    await logged('info', () => undefined);
    expect(existsSync(join(folder, 'deep', 'logs', 'combined.log'))).toBe(true);
  });
});
