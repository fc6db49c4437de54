import { createVerify, randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

/** One request to the API, as it arrived. */
export interface ApiRequest {
  /** Where it was meant to go, such as `https://api-m.paypal.com/v1/oauth2/token`. */
  readonly url: string;
  readonly body: Buffer;
}

interface Account {
  readonly client: { readonly id: string; readonly secret: string };
  readonly webhookId: string;
  /** Of the key that signs the webhooks. */
  readonly publicKey: KeyObject;
}

/** A status and a body. */
type Reply = [number, unknown];

type Answer = (response: ServerResponse, request: ApiRequest) => void;

const TOKEN_PATH = '/v1/oauth2/token';
const VERIFY_PATH = '/v1/notifications/verify-webhook-signature';

/**
 * A server that speaks the two calls of PayPal's API that a postback needs, and judges as PayPal does: it knows its
 * client, gives out tokens that end, and verifies the signature over the bytes that stand in the question.
 */
export class PaypalApiServer {
  readonly requests: ApiRequest[] = [];
  /** Instead of the usual answer, by path. */
  readonly answers = new Map<string, Answer>();
  /** Seconds; a token is taken until `revoke`. */
  lifetime = 32_400;
  #tokens = new Set<string>();

  private constructor(
    private readonly server: Server,
    private readonly account: Account,
  ) {}

  static async start(account: Account): Promise<PaypalApiServer> {
    const server = createServer();
    const api = new PaypalApiServer(server, account);
    server.on('request', (request, response) => void api.#answer(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The real one, except that what is meant for PayPal goes to this server. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const meant = new URL(input);
    const { port } = this.server.address() as AddressInfo;
    const headers = { ...(init?.headers as Record<string, string>), 'x-meant-for': meant.origin };
    return fetch(`http://127.0.0.1:${port}${meant.pathname}`, { ...init, headers });
  };

  revoke(): void {
    this.#tokens.clear();
  }

  /** Of token calls, or of questions. */
  countOf(call: 'token' | 'question'): number {
    const path = call === 'token' ? TOKEN_PATH : VERIFY_PATH;
    return this.requests.filter(({ url }) => url.endsWith(path)).length;
  }

  answer(call: 'token' | 'question', answer: Answer): void {
    this.answers.set(call === 'token' ? TOKEN_PATH : VERIFY_PATH, answer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const path = request.url ?? '';
    const received = { url: `${String(request.headers['x-meant-for'])}${path}`, body: Buffer.concat(chunks) };
    this.requests.push(received);
    const instead = this.answers.get(path);
    if (instead !== undefined) instead(response, received);
    else json(response, ...this.#reply(path, request.headers, received.body));
  }

  #reply(path: string, headers: IncomingHttpHeaders, body: Buffer): Reply {
    const { authorization = '', 'content-type': type = '' } = headers;
    if (path === TOKEN_PATH) return this.#giveToken(authorization, type, body.toString());
    if (path === VERIFY_PATH) return this.#judge(authorization, type, body);
    return [404, {}];
  }

  #giveToken(authorization: string, type: string, form: string): Reply {
    const { id, secret } = this.account.client;
    const expected = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    if (authorization !== expected) return [401, { error: 'invalid_client' }];
    if (type !== 'application/x-www-form-urlencoded' || form !== 'grant_type=client_credentials') {
      return [400, { error: 'unsupported_grant_type' }];
    }
    const token = `A21AA${randomUUID()}`;
    this.#tokens.add(token);
    return [200, { access_token: token, token_type: 'Bearer', expires_in: this.lifetime }];
  }

  #judge(authorization: string, type: string, question: Buffer): Reply {
    if (!this.#tokens.has(authorization.replace('Bearer ', ''))) return [401, { error: 'invalid_token' }];
    if (type !== 'application/json') return [415, {}];
    const { webhook_event: event, ...fields } = JSON.parse(question.toString()) as Record<string, string>;
    const isGenuine = event !== undefined && this.#isGenuine(fields, eventIn(question));
    return [200, { verification_status: isGenuine ? 'SUCCESS' : 'FAILURE' }];
  }

  #isGenuine(fields: Record<string, string>, event: Buffer): boolean {
    const { transmission_id: id, transmission_time: time, webhook_id: webhook } = fields;
    return (
      fields['auth_algo'] === 'SHA256withRSA' &&
      /^https:\/\/api(\.sandbox)?\.paypal\.com\/v1\/notifications\/certs\//.test(fields['cert_url'] ?? '') &&
      webhook === this.account.webhookId &&
      createVerify('sha256')
        .update(`${id}|${time}|${webhook}|${crc32(event)}`)
        .verify(this.account.publicKey, fields['transmission_sig'] ?? '', 'base64')
    );
  }
}

/** The bytes between the name of the question's last field and its end. */
function eventIn(question: Buffer): Buffer {
  const name = '"webhook_event":';
  return question.subarray(question.indexOf(name) + name.length, -1);
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
