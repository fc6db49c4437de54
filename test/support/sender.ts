import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestDelivery } from './deliveries.js';

/** Sends from an address of its own: all of 127.0.0.0/8 is this machine. */
export class Sender {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    address: string,
  ) {
    this.agent = new Agent({ keepAlive: true, localAddress: address });
  }

  async send({ provider, headers, body }: TestDelivery): Promise<Response> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}/webhooks/${provider}`, {
        method: 'POST',
        agent: this.agent,
        headers: { 'content-type': 'application/json', ...headers },
      });
      sent.on('error', reject);
      sent.on('response', (reply) => {
        const { statusCode: status = 0, headersDistinct } = reply;
        const pairs = Object.entries(headersDistinct).map(([name, values = []]): [string, string] => [
          name,
          values.join(', '),
        ]);
        text(reply).then((content) => {
          resolve(new Response(content, { status, headers: pairs }));
        }, reject);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
