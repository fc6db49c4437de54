import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type winston from 'winston';
import { LogLevel } from './log-level.js';
import { createLogger, type LogSettings } from './logger.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'logger-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What the files hold after `work` has logged. */
async function logged(level: LogSettings['level'], work: (logger: winston.Logger) => unknown) {
  const dir = join(folder, 'deep', 'logs');
  const service = { name: 'shop-hooks', environment: 'test', node: 'worker:host:7' };
  const logger = createLogger({ level, dir, console: 'json', service });
  const [terminal, ...files] = logger.transports;
  if (terminal !== undefined) terminal.silent = true;
  await work(logger);
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
    const always = {
      '@timestamp': expect.any(String) as string,
      'ecs.version': expect.any(String) as string,
      'service.name': 'shop-hooks',
      'service.environment': 'test',
      'service.node.name': 'worker:host:7',
      'event.dataset': 'shop-hooks',
    };
    expect(combined).toEqual([
      {
        ...always,
        'log.level': 'info',
        message: 'said',
        integration: { runs: 3, text: 'two\nlines' },
      },
      { ...always, 'log.level': 'error', message: 'failed' },
    ]);
    expect(errors).toMatchObject([{ message: 'failed' }]);
    expect(Date.parse(String(combined[0]?.['@timestamp']))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('gives the terminal of whoever reads the files no orders of strangers', async () => {
    const branch = 'a\x9B31m\u202Eb\x7F\u{E0041}';
    const { combined } = await logged('info', (logger) => logger.info('Pushed', { branch }));
    expect(combined).toMatchObject([{ integration: { branch } }]);
    expect(readFileSync(join(folder, 'deep', 'logs', 'combined.log'), 'utf8')).toContain(
      '"branch":"a\\u009b31m\\u202eb\\u007f\\udb40\\udc41"',
    );
  });

  it('has what the schema knows in its place, so that nothing of ours is taken for something else', async () => {
    const { combined } = await logged('info', (logger) =>
      logger.info('Run completed', {
        correlationId: 'c-1',
        traceId: '0af7651916cd43dd8448eb211c80319c',
        eventId: 'event 1',
        source: '192.0.2.7',
        durationMs: 12,
        event: 'a text',
        url: 7,
      }),
    );
    expect(combined).toMatchObject([
      {
        'http.request.id': 'c-1',
        'trace.id': '0af7651916cd43dd8448eb211c80319c',
        'source.ip': '192.0.2.7',
        'event.duration': 12_000_000,
        integration: { eventId: 'event 1', event: 'a text', url: 7 },
      },
    ]);
  });

  it('has more in it, or less, once its level was changed', async () => {
    const { combined } = await logged('warn', (logger) => {
      const level = new LogLevel(logger, 'warn');
      logger.debug('before');
      expect(level.change('debug', 15)).toMatchObject({ level: 'debug', configured: 'warn' });
      logger.debug('meanwhile');
      expect(level.change('warn', 15)).toEqual({ level: 'warn', configured: 'warn', until: null });
      logger.debug('after');
    });
    expect(combined.map(({ message }) => message)).toEqual([
      'Log level changed',
      'meanwhile',
      'Log level changed',
    ]);
  });

  it('describes an error, with its stack only where it is one of ours', async () => {
    const error = new TypeError('not a function');
    const { combined } = await logged('info', (logger) => {
      logger.warn('odd', { error });
      logger.error('broken', { error });
      logger.warn('a text', { error: 'refused' });
    });
    expect(combined).toMatchObject([
      { error: { type: 'TypeError', message: 'not a function' } },
      { error: { type: 'TypeError', message: 'not a function', stack_trace: error.stack } },
      { error: { message: 'refused' } },
    ]);
    expect(combined[0]?.['error']).not.toHaveProperty('stack_trace');
  });

  it('is in a folder that is made when it is missing', async () => {
    await logged('info', () => undefined);
    expect(existsSync(join(folder, 'deep', 'logs', 'combined.log'))).toBe(true);
  });
});
