import type { SignedDelivery } from '../../src/model/index.js';
import type { TestService } from '../support/service.js';
import { PUBLIC_URL, type Sender } from './senders.js';
import { sha256 } from './signers.js';
import { count } from './tally.js';

/** Sends what providers really send, in between: every sample of every sender, by turns. */
export class RealTraffic {
  readonly counts: Record<number, number> = {};
  readonly findings: string[] = [];
  /** Hashes of the events that were sent. */
  readonly hashes = new Set<string>();
  private readonly turns: readonly (() => Promise<void>)[];
  private turn = 0;

  constructor(
    private readonly service: TestService,
    senders: readonly Sender[],
  ) {
    this.turns = senders.flatMap((sender) =>
      sender.provider.samples.map((sample) => () => {
        const delivery = sender.deliver(sample, `${PUBLIC_URL}/webhooks/${sender.provider.name}`);
        return this.send(sender, delivery);
      }),
    );
  }

  get sent(): number {
    return this.hashes.size;
  }

  /** Those of a round are all samples once. */
  get round(): number {
    return this.turns.length;
  }

  async sendNext(): Promise<void> {
    await this.turns[this.turn++ % this.turns.length]?.();
  }

  private async send({ name, provider }: Sender, { headers, body }: SignedDelivery): Promise<void> {
    // Of a batch of one, the element.
    this.hashes.add(sha256(provider.batched === true ? body.subarray(1, -1) : body));
    const reply = await this.service.post(provider.name, headers, body);
    count(this.counts, reply.status);
    const text = await reply.text();
    const demanded = provider.replies?.accepted ?? 202;
    const isNew = text === '' || (JSON.parse(text) as { status: unknown }).status === 'accepted';
    if (reply.status !== demanded || !isNew) {
      this.findings.push(`A real event of ${name} was answered ${reply.status} ${text}`);
    }
  }
}
