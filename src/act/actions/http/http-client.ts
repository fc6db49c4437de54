import { createRequire } from 'node:module';
import type * as Undici from 'undici';
import { ActionError } from '../../../model/index.js';
import { failureOfConnection, failureOfReply } from './http-failure.js';
import { inSpan, requestAttributes, type Span } from '../../../platform/tracing/index.js';
import { lookupPublic, toPublicOnly } from './public-connector.js';
import { interpretReply, readReplyText } from './reply-body.js';
import type { SignedRequest } from './signed-request.js';
import type { ResolvedTarget } from './target.js';

/** Undici is loaded where something is sent: a start that sends nothing need not wait for it. */
const load = createRequire(import.meta.url);

export interface HttpReply {
  readonly status: number;
  /** Parsed, if the reply is JSON, else its text; at most 64 KB of it. */
  readonly body: unknown;
}

export interface HttpClientOptions {
  /** Milliseconds for each of: to connect, to answer, and between two pieces of the answer. */
  readonly timeoutMs: number;
  /** Connections to one target; a request beyond them waits. */
  readonly connections: number;
}

/**
 * Posts over kept connections. Those that were made without a look at the address are never used for a
 * target whose address must be public, hence two pools.
 */
export class HttpClient {
  private readonly undici = load('undici') as typeof Undici;
  private readonly anywhere: Undici.Agent;
  private readonly publicOnly: Undici.Agent;

  constructor(private readonly options: HttpClientOptions) {
    const { timeoutMs, connections } = options;
    const { Agent, buildConnector } = this.undici;
    const limits = { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    this.anywhere = new Agent({ ...limits, connect: { timeout: timeoutMs } });
    const connect = toPublicOnly(buildConnector({ timeout: timeoutMs, lookup: lookupPublic() }));
    this.publicOnly = new Agent({ ...limits, connect });
  }

  /**
   * @returns the reply, if it is 2xx
   * @throws {ActionError} for every other reply, and if none came
   * @throws the signal's reason, if it was aborted
   */
  async post(target: ResolvedTarget, message: SignedRequest, signal: AbortSignal): Promise<HttpReply> {
    const attributes = requestAttributes('POST', target.url);
    return inSpan('POST', { kind: 'client', attributes }, (span) => this.send(target, message, signal, span));
  }

  private async send(
    target: ResolvedTarget,
    message: SignedRequest,
    signal: AbortSignal,
    span: Span,
  ): Promise<HttpReply> {
    signal.throwIfAborted();
    const { host } = target.url;
    const deadline = new AbortController();
    // Otherwise a target that answers one byte at a time would never be too slow.
    const wholeMs = 3 * this.options.timeoutMs;
    const timer = setTimeout(() => deadline.abort(new Error(`not done within ${wholeMs} ms`)), wholeMs);
    try {
      const reply = await this.undici.request(target.url, {
        dispatcher: target.mayBePrivate ? this.anywhere : this.publicOnly,
        method: 'POST',
        headers:
          span.traceparent === '' ? message.headers : { traceparent: span.traceparent, ...message.headers },
        body: message.body,
        signal: AbortSignal.any([signal, deadline.signal]),
      });
      span.describe({ 'http.response.status_code': reply.statusCode });
      if (reply.statusCode >= 400) span.fail(String(reply.statusCode));
      return await readReply(host, reply);
    } catch (error) {
      if (error instanceof ActionError) throw error;
      signal.throwIfAborted();
      throw failureOfConnection(host, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await Promise.all([this.anywhere.destroy(), this.publicOnly.destroy()]);
  }
}

async function readReply(
  host: string,
  { statusCode: status, headers, body }: Undici.Dispatcher.ResponseData,
): Promise<HttpReply> {
  if (status >= 200 && status < 300) {
    return { status, body: interpretReply(await readReplyText(body), headers['content-type']) };
  }
  // The status says it all; the text is for whoever reads the failure.
  const text = await readReplyText(body).catch(() => '');
  throw failureOfReply({ host, status, retryAfter: headers['retry-after'], text }, Date.now());
}
