import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  githubDelivery,
  sampleBody,
  send,
  stripeDelivery,
  type Signer,
  type TestDelivery,
} from '../../support/deliveries.js';
import { eventually } from '../../support/eventually.js';
import { sendPersistently } from '../../support/persistent-sender.js';
import type { TestService } from '../../support/service.js';

/** What is sent: a payment is kept and thanked for by e-mail, a push is kept, a star is only logged; an order goes to
 * the till, and poison fails, by workflows that only the rows about them have. */
export type Kind = 'payment' | 'push' | 'star' | 'order' | 'poison';

/** Where recipients of e-mail are told apart, and events told from others, each kind has a share from 0 to 1. */
export type Mix = Readonly<Partial<Record<Kind, number>>>;

export const USUAL_MIX: Mix = { payment: 0.5, push: 0.3, star: 0.2 };

export interface TrafficOptions {
  readonly senders?: number;
  /** Milliseconds from one delivery of a sender to its next. */
  readonly pauseMs?: number;
  readonly mix?: Mix;
  /** Ends by itself when so many are acknowledged. */
  readonly count?: number;
}

export interface TrafficPlace {
  readonly folder: string;
  readonly signer: Signer;
  readonly random: () => number;
  /** Where the next delivery goes; undefined while nobody is there. */
  readonly target: () => TestService | undefined;
  /** By delivery key, what was sent. */
  readonly sent: Map<string, Kind>;
}

/** How the service replied to one request. */
export interface Reply {
  /** 0 if there was none. */
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
  /** When it came, by `performance.now()`. */
  readonly at: number;
}

/** Senders that send until each delivery is acknowledged, and write acknowledgements down on disk. */
export class Traffic {
  readonly replies: Reply[] = [];
  private readonly done = new AbortController();
  private readonly files: string[];
  private readonly senders: Promise<unknown>;
  private acknowledgements = 0;
  private orders = 0;

  constructor(
    private readonly place: TrafficPlace,
    name: string,
    { senders = 24, pauseMs = 40, mix = USUAL_MIX, count = Infinity }: TrafficOptions,
  ) {
    this.files = Array.from({ length: senders }, (_, index) => join(place.folder, `${name}-${index}`));
    this.senders = Promise.all(
      this.files.map((file) =>
        sendPersistently({
          file,
          pauseMs,
          next: () => this.next(mix),
          send: (delivery) => this.send(delivery, count),
          signal: this.done.signal,
        }),
      ),
    );
  }

  /** How many were acknowledged so far. */
  get acknowledged(): number {
    return this.acknowledgements;
  }

  /** Replies that did not acknowledge, and requests that had none. */
  get refusals(): readonly Reply[] {
    return this.replies.filter(({ status }) => status < 200 || status > 299);
  }

  /** Waits until so many more are acknowledged. */
  async acknowledge(more: number, withinMs = 120_000): Promise<void> {
    const wanted = this.acknowledgements + more;
    await eventually(
      () => this.acknowledgements >= wanted || undefined,
      withinMs,
      () => `${this.acknowledgements} of ${wanted} are acknowledged`,
    );
  }

  /** Waits for the senders' end, which must be near: either by `count` or since they were stopped. */
  async ended(): Promise<void> {
    await this.senders;
  }

  async stop(): Promise<void> {
    this.done.abort();
    await this.senders;
  }

  /** As they stand on disk. */
  readAcknowledged(): string[] {
    return this.files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));
  }

  private async next(mix: Mix): Promise<TestDelivery> {
    const { signer, random, sent } = this.place;
    const kind = pick(mix, random());
    switch (kind) {
      case 'payment': {
        const body = sampleBody('stripe', 'payment_intent.succeeded');
        sent.set(String(body['id']), kind);
        return stripeDelivery(signer, body);
      }
      case 'push':
      case 'order':
      case 'poison':
      case 'star': {
        const body =
          kind === 'push' ? sampleBody('github', 'push') : { number: this.orders++, poison: 'throw' };
        const delivery = await githubDelivery(signer, kind, body);
        sent.set(delivery.headers['x-github-delivery'] ?? '', kind);
        return delivery;
      }
    }
  }

  private async send(delivery: TestDelivery, count: number): Promise<Response> {
    const target = this.place.target();
    // Between two services there is nobody to refuse anything.
    if (target === undefined) throw new Error('No service is there');
    const startedAt = performance.now();
    const note = (status: number, retryAfter: string | null): void => {
      const at = performance.now();
      this.replies.push({ status, retryAfter, ms: at - startedAt, at });
    };
    try {
      const response = await send(target, delivery);
      note(response.status, response.headers.get('retry-after'));
      if (response.ok && ++this.acknowledgements >= count) this.done.abort();
      return response;
    } catch (error) {
      note(0, null);
      throw error;
    }
  }
}

function pick(mix: Mix, random: number): Kind {
  let rest = random;
  for (const [kind, share] of Object.entries(mix) as [Kind, number][]) {
    if (rest < share) return kind;
    rest -= share;
  }
  return 'star';
}
