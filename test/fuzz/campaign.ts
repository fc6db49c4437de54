import { exchange } from './exchange.js';
import type { Plan } from './plan.js';
import type { ProvingGround } from './proving-ground.js';
import { RealTraffic } from './real-traffic.js';
import { fuzzRequest, type FuzzedRequest } from './requests/request.js';
import type { Tally } from './tally.js';
import { Wire } from './wire.js';

/** A real event is sent once in so many requests. */
const REAL_EVERY = 50;

/** Sends all requests of a plan, some at a time, and real events in between. */
export class Campaign {
  readonly real: RealTraffic;
  private next = 0;

  constructor(
    private readonly ground: ProvingGround,
    private readonly plan: Plan,
    private readonly tally: Tally,
  ) {
    this.real = new RealTraffic(ground.service, ground.senders);
  }

  /**
   * Sends the requests before this number that were not sent yet.
   *
   * @throws {Error} if the process ends meanwhile, naming the requests that may have been too much for it
   */
  async sendUpTo(number: number): Promise<void> {
    const lanes = Array.from({ length: this.plan.lanes }, (_, lane) => this.run(lane, number));
    await Promise.all(lanes);
  }

  /** A lane has an address of its own, and keeps its connection as long as the service does. */
  private async run(lane: number, end: number): Promise<void> {
    const from = `127.0.1.${lane + 1}`;
    let wire: Wire | undefined;
    while (this.next < end) {
      const number = this.next++;
      try {
        if (number % REAL_EVERY === 0) await this.real.sendNext();
        const request = fuzzRequest(this.ground.senders, this.plan.seed, number);
        wire = await this.send(request, wire ?? (await Wire.open(this.ground.service.url, from)));
      } catch (error) {
        throw new Error(this.ground.describeEnd(number - this.plan.lanes, number), { cause: error });
      }
    }
    wire?.hangUp(false);
  }

  /** Gives the connection back if another request may go over it. */
  private async send(request: FuzzedRequest, wire: Wire): Promise<Wire | undefined> {
    const exchanged = await exchange(wire, request);
    this.tally.add(request, exchanged);
    if (exchanged.stays) return wire;
    wire.hangUp(false);
    return undefined;
  }
}
