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
  private readonly sender: { readonly client: HttpClient; readonly signer: Webhook } | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    if (config.httpSigningSecret === '') return;
    const client = new HttpClient({
      timeoutMs: config.httpTimeoutMs,
      // A run in hand has one request at a time, so that none of them waits for a connection.
      connections: config.workerConcurrency,
    });
    this.sender = { client, signer: new Webhook(config.httpSigningSecret) };
  }

  async perform(input: HttpInput, { entry, signal }: StepContext): Promise<HttpOutput> {
    const target = resolveTarget(input, this.config);
    if (this.sender === undefined) {
      throw new ActionError('input_invalid', 'Nothing can be signed: HTTP_SIGNING_SECRET must be set');
    }
    const { client, signer } = this.sender;
    const { body, headers } = input;
    const message = signRequest(body, headers, entry.idempotencyKey, signer, new Date());
    return client.post(target, message, signal);
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
    await this.sender?.client.close();
  }
}
