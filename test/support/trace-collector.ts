import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { eventually } from './eventually.js';
import { spansOfProtobuf, spansOfThrift, type ReceivedSpan } from './received-span.js';

/** What it is sent, and how. */
const PROTOCOLS = {
  '/api/traces': { contentType: 'application/x-thrift', read: spansOfThrift },
  '/v1/traces': { contentType: 'application/x-protobuf', read: spansOfProtobuf },
};

/** A real collector of traces, Jaeger's own and OTLP's, that decodes whatever arrives. */
export class TraceCollector {
  readonly spans: ReceivedSpan[] = [];
  /** All bodies, as they came. */
  readonly bodies: Buffer[] = [];
  /** What was sent in a way in which it should not be. */
  readonly complaints: string[] = [];
  /** `hangs`: it takes the request, and never answers. */
  behaviour: 'takes' | 'refuses' | 'hangs' = 'takes';
  requests = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer((request, response) => {
      collector.take(request, response).catch((error: unknown) => collector.complaints.push(String(error)));
    });
    const collector = new TraceCollector(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Waits until there is what `find` looks for. */
  async until<Found>(find: (spans: readonly ReceivedSpan[]) => Found | undefined): Promise<Found> {
    return eventually(
      () => find(this.spans),
      10_000,
      () => `the spans did not come; ${this.spans.map(({ name }) => name).join(', ')} did`,
    );
  }

  /** The spans of a trace, by their time. */
  trace(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId).sort((a, b) => a.start - b.start);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const body = await buffer(request);
    if (this.behaviour === 'hangs') return;
    if (this.behaviour === 'refuses') {
      response.writeHead(503).end();
      return;
    }
    const protocol = Object.entries(PROTOCOLS).find(([path]) => path === request.url)?.[1];
    if (protocol === undefined || protocol.contentType !== request.headers['content-type']) {
      this.complaints.push(`${request.url} with ${request.headers['content-type']}`);
      response.writeHead(400).end();
      return;
    }
    this.bodies.push(body);
    this.spans.push(...protocol.read(body));
    response.writeHead(200).end();
  }
}
