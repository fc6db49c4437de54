import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { certifiedHeaders, type PaypalMessage } from '../../src/providers/paypal/certified.fixture.js';
import { issue, type Issued, type IssueOptions } from '../../src/providers/schemes/certificates.fixture.js';
import type { TestDelivery } from './deliveries.js';
import type { ServiceOptions } from './service.js';

const CERTIFICATES = '/v1/notifications/certs/';
const DAY = 24 * 60 * 60 * 1000;

/** Signs as PayPal does, with a certificate of an authority of its own, and serves that certificate. */
export class PaypalHost {
  /** The id of our webhook. */
  static readonly WEBHOOK_ID = '8PT597110X687430LKGECATA';
  static readonly NAME = 'messageverificationcerts.paypal.com';

  /** The paths that were asked for. */
  readonly requests: string[] = [];
  readonly #validity = { from: new Date(Date.now() - DAY), until: new Date(Date.now() + DAY) };
  readonly #root = issue({ name: 'Root', ca: true, ...this.#validity });
  readonly #leaf = issue({ name: PaypalHost.NAME, issuer: this.#root, ...this.#validity });
  readonly #answers = new Map<string, RequestListener>();
  readonly #certificateUrl = this.serve(this.#leaf.pem);
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.requests.push(path);
      const answer = this.#answers.get(path);
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
  }

  static async start(): Promise<PaypalHost> {
    const host = new PaypalHost();
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  /** What a service needs to take this for PayPal. */
  get serviceOptions(): Required<Pick<ServiceOptions, 'env' | 'preload'>> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      env: {
        PAYPAL_WEBHOOK_ID: PaypalHost.WEBHOOK_ID,
        FIXTURE_ROOT: this.#root.pem,
        FIXTURE_HOST: `http://127.0.0.1:${port}`,
      },
      preload: [resolve(__dirname, 'preload/paypal-certificates.mjs')],
    };
  }

  /** Another certificate for the key that signs, by the authority unless told otherwise. */
  reissue(options: Partial<IssueOptions>): Issued {
    const usual = { name: PaypalHost.NAME, issuer: this.#root, key: this.#leaf, ...this.#validity };
    return issue({ ...usual, ...options });
  }

  /** A certificate that its key alone vouches for. */
  selfSigned(): Issued {
    return issue({ name: PaypalHost.NAME, key: this.#leaf, ...this.#validity });
  }

  /** The address at which a certificate, or any other answer, can be asked for. */
  serve(answer: string | RequestListener): string {
    const path = `${CERTIFICATES}CERT-${randomUUID()}`;
    const listener: RequestListener =
      typeof answer === 'string' ? (_request, response) => void response.end(answer) : answer;
    this.#answers.set(path, listener);
    return `https://api.paypal.com${path}`;
  }

  /** A delivery of this body, as PayPal signs it. */
  deliver(body: string, more: Partial<PaypalMessage> = {}): TestDelivery {
    const message = {
      transmissionId: randomUUID(),
      time: new Date().toISOString(),
      webhookId: PaypalHost.WEBHOOK_ID,
      certificateUrl: this.#certificateUrl,
      body: Buffer.from(body),
      ...more,
    };
    return { provider: 'paypal', headers: certifiedHeaders(message, this.#leaf.privateKey), body };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
