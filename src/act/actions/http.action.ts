import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { ActionError, type Action } from '../../model/index.js';
import { CONFIG, type Config } from '../../platform/config/index.js';
import type { Performer, StepContext } from '../action.js';
import { HttpClient, type HttpReply } from './http/http-client.js';
import { signRequest } from './http/signed-request.js';
import { circuitOf, resolveTarget, type HttpTarget } from './http/target.js';

export type HttpInput = HttpTarget & {
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export type HttpOutput = HttpReply;

/** Posts JSON, signed. The target tells a repetition by the idempotency key. */
export const http: Action<HttpInput, HttpOutput> = { name: 'http', effect: 'keyed' };

@Injectable()
export class HttpPerformer implements Performer<HttpInput, HttpOutput>, OnApplicationShutdown {
  readonly action = http;
  /** Undefined where nothing can be signed. */
  private readonly signer: Webhook | undefined;
  private opened: HttpClient | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { httpSigningSecret, httpTargets } = config;
    if (httpSigningSecret === '') return;
    this.signer = new Webhook(httpSigningSecret);
    // Where requests are to be expected, none of them waits until the client is loaded.
    if (httpTargets.size > 0) this.client();
  }

  async perform(input: HttpInput, { entry, signal }: StepContext): Promise<HttpOutput> {
    const target = resolveTarget(input, this.config);
    if (this.signer === undefined) {
      throw new ActionError('input_invalid', 'Nothing can be signed: HTTP_SIGNING_SECRET must be set');
    }
    const { body, headers } = input;
    const message = signRequest(body, headers, entry.idempotencyKey, this.signer, new Date());
    return this.client().post(target, message, signal);
  }

  private client(): HttpClient {
    return (this.opened ??= new HttpClient({
      timeoutMs: this.config.httpTimeoutMs,
      // A run in hand has one request at a time, so that none of them waits for a connection.
      connections: this.config.workerConcurrency,
    }));
  }

  circuit(input: HttpInput): string | undefined {
    try {
      return circuitOf(resolveTarget(input, this.config).url);
    } catch {
      // `perform` says what is wrong.
      return undefined;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened?.close();
  }
}
