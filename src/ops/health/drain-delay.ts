import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIG, type Config } from '../../platform/config/index.js';
import { Readiness } from './readiness.js';

/**
 * The time between a signal to stop and the stop. Everything goes on in it, but `/health/ready` says that traffic is not
 * wanted any more: a load balancer that still sends here would find nobody.
 */
@Injectable()
export class DrainDelay {
  /** Milliseconds; none where no webhooks are taken, for nobody sends there. */
  readonly ms: number;

  private readonly end = new AbortController();
  private passing = false;

  constructor(
    private readonly readiness: Readiness,
    @Inject(CONFIG) { role, drainDelayMs }: Config,
  ) {
    this.ms = role === 'worker' ? 0 : drainDelayMs;
  }

  async pass(): Promise<void> {
    this.readiness.state = 'draining';
    this.passing = true;
    await sleep(this.ms, undefined, { signal: this.end.signal }).catch(() => undefined);
    this.passing = false;
  }

  /** @returns whether there was anything to wait for */
  cutShort(): boolean {
    const wasPassing = this.passing && !this.end.signal.aborted;
    this.end.abort();
    return wasPassing;
  }
}
