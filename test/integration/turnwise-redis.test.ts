import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TurnwiseRedis } from '../../src/platform/queue/turnwise-redis.js';
import { emptyRedis } from '../support/backends.js';

/** What came from the client, in the pieces in which it came. */
let pieces: string[];
const clients = new Set<Socket>();

const relay = createServer((client) => {
  const redis = connect(Number(target.port), target.hostname);
  client.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  clients.add(client);
  client.on('close', () => {
    clients.delete(client);
    redis.destroy();
  });
  client.on('error', () => undefined);
  redis.on('error', () => client.destroy());
  client.pipe(redis).pipe(client);
});
let target: URL;
let redis: TurnwiseRedis;

beforeAll(async () => {
  target = new URL(await emptyRedis());
  pieces = [];
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  redis = new TurnwiseRedis((relay.address() as AddressInfo).port, '127.0.0.1');
  await once(redis, 'ready');
});

beforeEach(() => (pieces = []));

afterAll(async () => {
  redis.disconnect();
  await new Promise((closed) => relay.close(closed));
});

const echoed = (text: string): Promise<string> => redis.echo(text);

describe('Redis by turns', () => {
  it('is sent in one piece what is asked in one turn of the event loop', async () => {
    const texts = Array.from({ length: 30 }, (_, number) => `text ${number}`);
    const together = texts.map((text) => echoed(text));
    const soonAfter = Promise.resolve().then(() => echoed('soon after'));
    expect(await Promise.all([...together, soonAfter])).toEqual([...texts, 'soon after']);
    expect(pieces).toHaveLength(1);
  });

  it('is sent at once what is asked in a later turn', async () => {
    expect(await echoed('first')).toBe('first');
    expect(await echoed('second')).toBe('second');
    expect(pieces).toHaveLength(2);
  });

  it('answers in the end what was asked while the connection was lost', async () => {
    const asked = Promise.all(['a', 'b'].map(echoed));
    clients.forEach((client) => client.destroy());
    expect(await asked).toEqual(['a', 'b']);
    const sent = Promise.all(['c', 'd'].map(echoed));
    await new Promise(setImmediate);
    clients.forEach((client) => client.destroy());
    expect(await sent).toEqual(['c', 'd']);
  });

  it('is asked in one piece over a new connection, too', async () => {
    const ready = once(redis, 'ready');
    redis.disconnect(true);
    await ready;
    pieces = [];
    expect(await Promise.all(['a', 'b', 'c'].map(echoed))).toEqual(['a', 'b', 'c']);
    expect(pieces).toHaveLength(1);
  });
});
