import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'winston';
import { CircuitBreaker, providerCircuit } from '../platform/circuit-breaker/index.js';
import { LOGGER, Outage } from '../platform/logging/index.js';
import { Rounds } from '../platform/process/index.js';
import { Leadership, leadershipToken, PostgresCircuitStore } from '../store/index.js';
import { RunProcessor } from './run-processor.js';
import { WORKED_QUEUES } from './worker-liveness.js';

/** Name of the leadership over the tasks here. */
export const PROCESS_LEADERSHIP = 'process';

const TURN_MS = 1_000;

/**
 * Acts on open circuits: a provider's queue is paused as long as its circuit is not closed, and when a cool-down is
 * over a run that is due is executed as the probe.
 *
 * One process, the leader, does so. Where two do for a moment, no harm is done: a queue that is paused twice is
 * paused, and of all probes the breaker lets one through.
 */
@Injectable()
export class CircuitKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  /** Circuits whose probe this process has in hand. */
  private readonly probes = new Map<string, Promise<void>>();
  private readonly pauses: Rounds;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(WORKED_QUEUES) private readonly queues: ReadonlyMap<string, Queue>,
    @Inject(leadershipToken(PROCESS_LEADERSHIP)) private readonly leadership: Leadership,
    private readonly breaker: CircuitBreaker,
    private readonly circuits: PostgresCircuitStore,
    private readonly processor: RunProcessor,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const outage = new Outage(logger, 'Queues cannot be paused or resumed');
    this.pauses = new Rounds(() => this.pauseAndResume(), outage);
  }

  onApplicationBootstrap(): void {
    this.pauses.start(TURN_MS, () => this.leadership.isLeader);
    // A queue that does not answer holds no probe up.
    this.timer = setInterval(() => this.beginProbes(), TURN_MS);
  }

  /** Before the drain: no probe is begun any more. */
  onModuleDestroy(): void {
    clearInterval(this.timer);
    void this.pauses.stop();
  }

  /** Resolves when no probe is in hand. */
  async end(): Promise<void> {
    await this.pauses.stop();
    await Promise.all(this.probes.values());
  }

  /** Looks at the queues themselves, since one that was lost and made anew is not paused. */
  private async pauseAndResume(): Promise<void> {
    await Promise.all(
      [...this.queues].map(async ([provider, queue]) => {
        const wanted = this.breaker.isOpen(providerCircuit(provider));
        if ((await queue.isPaused()) === wanted) return;
        await (wanted ? queue.pause() : queue.resume());
        this.logger.info(wanted ? 'Queue paused' : 'Queue resumed', { provider });
      }),
    );
  }

  private beginProbes(): void {
    if (!this.leadership.isLeader) return;
    const providers = new Map([...this.queues.keys()].map((name) => [providerCircuit(name), name]));
    for (const circuit of this.breaker.dueForProbe()) {
      if (this.probes.has(circuit)) continue;
      const provider = providers.get(circuit);
      const probe = (provider === undefined ? this.probeTarget(circuit) : this.probeProvider(provider))
        .catch((error: unknown) => this.logger.warn('A probe failed outside of its run', { error, circuit }))
        .then(() => void this.probes.delete(circuit));
      this.probes.set(circuit, probe);
    }
  }

  /** Whether the run is the probe is decided when its step comes to the target. */
  private async probeTarget(circuit: string): Promise<void> {
    const runId = await this.circuits.findWaiting(circuit);
    if (runId !== undefined) await this.processor.process(runId);
  }

  private async probeProvider(provider: string): Promise<void> {
    const runId = await this.circuits.findDueOf(provider);
    if (runId === undefined) return;
    const { outcome } = await this.breaker.admit(providerCircuit(provider));
    if (outcome === 'probe') await this.processor.process(runId);
  }
}
