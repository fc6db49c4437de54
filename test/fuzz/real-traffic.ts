import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../src/model/index.js';
import type { TestService } from '../support/service.js';
import { deliver, type Sender } from './senders.js';
import { sha256 } from './sha256.js';
import { count } from './tally.js';

/** How often a sender that is put off comes again. */
const MOST_TRIES = 4;

/** Sends what providers really send, in between: every sample of every sender, by turns. */
export class RealTraffic {
  /** Replies by their status. */
  readonly statuses: Record<number, number> = {};
  readonly findings: string[] = [];
  /** Hashes of the events that were sent. */
  readonly hashes = new Set<string>();
  putOff = 0;
  private readonly samples: readonly { readonly sender: Sender; readonly sample: Sample }[];
  private turn = 0;

  constructor(
    private readonly service: TestService,
    senders: readonly Sender[],
  ) {
    this.samples = senders.flatMap((sender) => sender.provider.samples.map((sample) => ({ sender, sample })));
  }

  async sendNext(): Promise<void> {
    const next = this.samples[this.turn++ % this.samples.length];
    if (next === undefined) return;
    const { sender, sample } = next;
    const { provider } = sender;
    const delivery = deliver(sender, sample);
    // Of a batch of one, the element.
    this.hashes.add(sha256(provider.batched === true ? delivery.body.subarray(1, -1) : delivery.body));
    const reply = await this.post(provider.name, delivery);
    const text = await reply.text();
    const demanded = provider.replies?.accepted ?? 202;
    const isNew = text === '' || (JSON.parse(text) as { status: unknown }).status === 'accepted';
    if (reply.status !== demanded || !isNew) {
      this.findings.push(`A real event of ${sender.name} was answered ${reply.status} ${text}`);
    }
  }

  /** As a provider does: it comes again when it is told to. */
  private async post(provider: string, { headers, body }: ReturnType<typeof deliver>): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const reply = await this.service.post(provider, headers, body);
      count(this.statuses, reply.status);
      const seconds = Number(reply.headers.get('retry-after'));
      if (reply.status !== 503 || seconds === 0 || tries === MOST_TRIES) return reply;
      this.putOff++;
      await sleep(seconds * 1000);
    }
  }
}
