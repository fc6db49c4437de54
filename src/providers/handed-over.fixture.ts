import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import type { DeliveryHeaders } from '../model/index.js';

/** Node's own HTTP server without a network: of headers it makes what the ingest folder gets. */
export class HeaderReader {
  readonly #server = createServer();
  readonly #sender: Duplex;

  constructor() {
    const [sender, receiver] = duplexPair();
    this.#sender = sender.resume();
    this.#server.on('clientError', (error) => this.#server.emit('error', error));
    this.#server.emit('connection', receiver);
  }

  /** One after the other: each request waits for the reply to the one before. */
  async read(headers: Readonly<Record<string, string>>): Promise<DeliveryHeaders> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const arrived = once(this.#server, 'request');
    this.#sender.write(['POST / HTTP/1.1', 'Host: localhost', ...lines, '', ''].join('\r\n'), 'latin1');
    const [request, response] = (await arrived) as [IncomingMessage, ServerResponse];
    response.end();
    return request.headersDistinct;
  }
}
