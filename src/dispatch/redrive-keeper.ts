import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { RedriveStore } from '../store/index.js';

const TURN_MS = 1_000;

/**
 * Carries out redrives of many. Place and pace of each are kept in its row, and a batch locks that row, so any
 * number of processes may do it: together they are no faster than one, and when one dies the others go on.
 */
@Injectable()
export class RedriveKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private turning = false;
  private stopped = false;
  private readonly outage: Outage;

  constructor(
    private readonly redrives: RedriveStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Redriving failed; it will be tried again');
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.turn(), TURN_MS);
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Redrives what is due by now. */
  async turn(): Promise<void> {
    if (this.turning) return;
    this.turning = true;
    try {
      while (!this.stopped && (await this.redrives.redriveBatches()) > 0);
      this.outage.end();
    } catch (error) {
      this.outage.feel(error);
    } finally {
      this.turning = false;
    }
  }
}
