import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Latencies } from '../figures/latencies.js';
import { Connection } from './connection.js';
import type { LoadPlan, LoadResult } from './load-plan.js';
import { Sending } from './sending.js';

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 2 }).end('{}');
}

/** Sends a plan to a server that answers in this way. */
async function send(answer: RequestListener, plan: Partial<LoadPlan>): Promise<LoadResult> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const whole: LoadPlan = {
    url: '',
    requests: { kind: 'reads', paths: ['/'], token: '' },
    connections: 1,
    pace: 'as replies come',
    warmUp: 0,
    settleSeconds: 0,
    count: Infinity,
    seconds: Infinity,
    ahead: 0,
    ...plan,
  };
  const { port } = server.address() as AddressInfo;
  const connections = Array.from({ length: whole.connections }, () => new Connection(port, '127.0.0.1'));
  let left = whole.count;
  try {
    return await new Sending(whole, connections, () => (left-- > 0 ? REQUEST : undefined)).run();
  } finally {
    connections.forEach((connection) => connection.close());
    server.close();
    await once(server, 'close');
  }
}

describe('a load', () => {
  it('sends as many as it is told to, and counts the replies by their status', async () => {
    let requests = 0;
    const result = await send((_request, response) => reply(response, requests++ % 4 ? 202 : 400), {
      connections: 5,
      count: 100,
    });
    expect(requests).toBe(100);
    expect(result.statuses).toEqual({ 202: 75, 400: 25 });
    expect(Latencies.of(result.latencies).count).toBe(75);
  });

  it('that is persistent sends again what is refused, or not answered', async () => {
    let requests = 0;
    const result = await send(
      (request, response) => {
        requests++;
        if (requests === 1) reply(response, 503);
        else if (requests === 2) request.socket.destroy();
        else reply(response, 202);
      },
      { count: 3, persistent: true },
    );
    expect(result.statuses).toEqual({ 503: 1, 0: 1, 202: 3 });
  });

  it('that is persistent gives up when the time is over', async () => {
    const result = await send((_request, response) => reply(response, 503), {
      count: 1,
      seconds: 0.3,
      persistent: true,
    });
    expect(Object.keys(result.statuses)).toEqual(['503']);
  });

  it('at a rate offers all that is due, though the last of it is looked at when the time is over', async () => {
    const result = await send((_request, response) => reply(response, 202), {
      pace: { perSecond: 4_000 },
      connections: 8,
      seconds: 0.25,
    });
    expect(result.statuses).toEqual({ 202: 1_000 });
  });

  it('at a rate counts the waiting of all that was due during a stall', async () => {
    const stallMs = 400;
    let requests = 0;
    const result = await send(
      (_request, response) => {
        setTimeout(() => reply(response, 202), requests++ === 0 ? stallMs : 0);
      },
      { pace: { perSecond: 100 }, count: 40, seconds: stallMs / 1_000 },
    );
    // One reply was late. If only that one told of it, the median would be next to nothing.
    expect(Latencies.of(result.latencies).quantile(0.5)).toBeGreaterThan(stallMs / 4);
  });
});
