import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { Rounds } from '../platform/process/index.js';
import { RedriveStore } from '../store/index.js';

const TURN_MS = 1_000;

/**
 * Carries out redrives of many. Place and pace of each are kept in its row, and a batch locks that row, so any
 * number of processes may do it: together they are no faster than one, and when one dies the others go on.
 */
@Injectable()
export class RedriveKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds: Rounds;

  constructor(
    private readonly redrives: RedriveStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    const outage = new Outage(logger, 'Redriving failed; it will be tried again');
    this.rounds = new Rounds(() => this.redriveDue(), outage);
  }

  onApplicationBootstrap(): void {
    this.rounds.start(TURN_MS);
  }

  onModuleDestroy(): void {
    void this.rounds.stop();
  }

  private async redriveDue(): Promise<void> {
    while (!this.rounds.stopped && (await this.redrives.redriveBatches()) > 0);
  }
}
