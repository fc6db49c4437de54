import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { certifiedHeaders } from '../../src/providers/paypal/certified.fixture.js';
import { issue } from '../../src/providers/schemes/certificates.fixture.js';
import type { TestDelivery } from './deliveries.js';
import type { ServiceOptions } from './service.js';

const WEBHOOK_ID = '8PT597110X687430LKGECATA';
const CERTIFICATE_PATH = '/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270';
const DAY = 24 * 60 * 60 * 1000;

/** Signs as PayPal does, with a certificate of an authority of its own, and serves that certificate. */
export class PaypalHost {
  private constructor(
    private readonly server: Server,
    private readonly root: string,
    private readonly privateKey: string,
  ) {}

  static async start(): Promise<PaypalHost> {
    const validity = { from: new Date(Date.now() - DAY), until: new Date(Date.now() + DAY) };
    const root = issue({ name: 'Root', ca: true, ...validity });
    const leaf = issue({ name: 'messageverificationcerts.paypal.com', issuer: root, ...validity });
    const server = createServer((request, response) => {
      response.statusCode = request.url === CERTIFICATE_PATH ? 200 : 404;
      response.end(request.url === CERTIFICATE_PATH ? leaf.pem : undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PaypalHost(server, root.pem, leaf.privateKey);
  }

  /** What a service needs to take this for PayPal. */
  get serviceOptions(): Required<Pick<ServiceOptions, 'env' | 'preload'>> {
    const { port } = this.server.address() as AddressInfo;
    return {
      env: {
        PAYPAL_WEBHOOK_ID: WEBHOOK_ID,
        FIXTURE_ROOT: this.root,
        FIXTURE_HOST: `http://127.0.0.1:${port}`,
      },
      preload: [resolve(__dirname, 'preload/paypal-certificates.mjs')],
    };
  }

  /** A delivery of this body, as PayPal signs it. */
  deliver(body: string, transmissionId: string = randomUUID()): TestDelivery {
    const message = {
      transmissionId,
      time: new Date().toISOString(),
      webhookId: WEBHOOK_ID,
      certificateUrl: `https://api.paypal.com${CERTIFICATE_PATH}`,
      body: Buffer.from(body),
    };
    return { provider: 'paypal', headers: certifiedHeaders(message, this.privateKey), body };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
