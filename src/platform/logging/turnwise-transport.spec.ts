import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import winston from 'winston';
import { TurnwiseTransport } from './turnwise-transport.js';

/** A logger, and what its target was given, a write each. */
function open(options?: ConstructorParameters<typeof TurnwiseTransport>[1]) {
  const writes: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => writes.push(chunk.toString()));
  const transport = new TurnwiseTransport(new winston.transports.Stream({ stream, eol: '\n' }), options);
  const format = winston.format.printf(({ message }) => String(message));
  return {
    logger: winston.createLogger({ level: 'debug', format, transports: transport }),
    transport,
    writes,
  };
}

const turn = (): Promise<unknown> => new Promise(setImmediate);

describe('a transport that takes turns', () => {
  it('writes the lines of a turn at once, in their order', async () => {
    const { logger, writes } = open();
    for (const line of ['a', 'b', 'c']) logger.info(line);
    await turn();
    await turn();
    logger.info('d');
    await turn();
    await turn();
    expect(writes).toEqual(['a\nb\nc\n', 'd\n']);
  });

  it('has written everything when it has ended', async () => {
    const { logger, transport, writes } = open();
    logger.info('last');
    logger.end();
    await once(transport, 'finish');
    expect(writes).toEqual(['last\n']);
  });

  it('has a level of its own', async () => {
    const { logger, writes } = open({ level: 'error' });
    logger.info('said');
    logger.error('failed');
    await turn();
    await turn();
    expect(writes).toEqual(['failed\n']);
  });

  it('writes what is left when the process exits in the midst of a turn', () => {
    const others = process.listeners('exit');
    const { logger, writes } = open();
    const [atExit] = process.listeners('exit').filter((listener) => !others.includes(listener));
    logger.info('why');
    expect(writes).toEqual([]);
    atExit?.(1);
    expect(writes).toEqual(['why\n']);
  });

  it('leaves nothing behind that waits for the exit', async () => {
    const before = process.listenerCount('exit');
    const { logger, transport } = open();
    logger.end();
    await once(transport, 'finish');
    expect(process.listenerCount('exit')).toBe(before);
  });
});
