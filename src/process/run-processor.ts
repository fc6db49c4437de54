import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'winston';
import { TaskExecutor, type Execution } from '../act/index.js';
import type { RunStatus, Workflow } from '../model/index.js';
import { CircuitBreaker, providerCircuit } from '../platform/circuit-breaker/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER } from '../platform/logging/index.js';
import { WORKER } from '../platform/process/index.js';
import { FencedError, RunStore, type ClaimedRun, type Settlement } from '../store/index.js';
import { findWorkflow } from '../workflows/index.js';
import { Attempt } from './attempt.js';
import { countClaim, countSettled } from './attempt-metrics.js';
import { reportAttempt, reportFault } from './attempt-report.js';
import { inAttemptSpan } from './attempt-span.js';
import { DeadLetterMirror } from './dead-letter-mirror.js';
import { LeaseKeeper } from './lease-keeper.js';
import { outcomeForProvider } from './provider-circuit.js';
import { settleAttempt, type EndedAttempt, type RetryLimits } from './settle-attempt.js';
import { Slots } from './slots.js';

/** After so many crashes a run is executed alone: should it kill another worker, it takes no neighbour along. */
const CRASHES_OF_A_SUSPECT = 3;

/** Milliseconds after which a job of a provider whose circuit is open comes again, unless its queue is paused by then. */
const OPEN_WAIT_MS = 1_000;

/** What became of a run that a job named. */
export type Processing =
  | { outcome: 'ended'; status: RunStatus }
  /** There is something to do, but later. */
  | { outcome: 'later'; waitMs: number }
  /** Another worker took the run over, or it is not there. */
  | { outcome: 'dropped' };

/** It must be executed alone, and waits for that. */
interface SetAside {
  readonly outcome: 'set_aside';
}

/** Claims a run, executes its workflow and settles it. */
@Injectable()
export class RunProcessor {
  /** Every queue's worker takes as many jobs as the process may execute; together they must not exceed it. */
  private readonly slots: Slots;
  private claiming = true;

  constructor(
    private readonly runs: RunStore,
    private readonly tasks: TaskExecutor,
    private readonly leases: LeaseKeeper,
    private readonly deadLetters: DeadLetterMirror,
    private readonly breaker: CircuitBreaker,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.slots = new Slots(config.workerConcurrency);
  }

  /** As {@link process}, unless what is done for the provider fails anyway. */
  async processUnlessOpen(provider: string, runId: string, job: number): Promise<Processing> {
    if (this.breaker.isOpen(providerCircuit(provider))) return { outcome: 'later', waitMs: OPEN_WAIT_MS };
    return this.process(runId, job);
  }

  /**
   * @param job number of the run's job that brought it; 0 if none did
   * @throws what the database throws; then the run is as it was, or is taken up again by its lease
   */
  async process(runId: string, job = 0): Promise<Processing> {
    const first = await this.slots.use(() =>
      this.claimAnd<Processing | SetAside>(runId, job, (run) =>
        isSuspect(run) ? this.setAside(run) : this.processClaimed(run),
      ),
    );
    return first.outcome === 'set_aside'
      ? this.slots.useAll(() => this.claimAnd(runId, job, (run) => this.processClaimed(run)))
      : first;
  }

  /** How many runs this process executes now. */
  get busySlots(): number {
    return this.slots.busy;
  }

  /** How many more runs this process could execute now. */
  get freeSlots(): number {
    return this.slots.free;
  }

  /** From now on no run is claimed; those that are stay in hand. */
  stopClaiming(): void {
    this.claiming = false;
  }

  private async claimAnd<Result>(
    runId: string,
    job: number,
    work: (run: ClaimedRun) => Promise<Result>,
  ): Promise<Result | Processing> {
    if (!this.claiming) return { outcome: 'later', waitMs: 0 };
    await this.leases.giveBackStranded();
    const claim = await this.runs.claim(runId, WORKER, job);
    switch (claim.outcome) {
      case 'claimed':
        countClaim(claim.run);
        return work(claim.run);
      case 'early':
        return { outcome: 'later', waitMs: claim.waitMs };
      case 'settled':
        return { outcome: 'ended', status: claim.status };
      case 'missing':
        this.logger.warn('A job names a run that is not there; do two services share one queue?', { runId });
        return { outcome: 'dropped' };
    }
  }

  /** It waits for its turn in nobody's hands: should another suspect kill this worker meanwhile, it is not to blame. */
  private async setAside({ lease }: ClaimedRun): Promise<SetAside> {
    await this.runs.release([lease], WORKER, 'job is kept');
    return { outcome: 'set_aside' };
  }

  private async processClaimed(run: ClaimedRun): Promise<Processing> {
    const settlement = await this.leases.hold(run.lease, (signal) => this.attempt(run, signal));
    if (settlement === undefined) return { outcome: 'dropped' };
    return settlement.retryInMs === undefined
      ? { outcome: 'ended', status: settlement.to }
      : { outcome: 'later', waitMs: settlement.retryInMs };
  }

  /** A run that fails for good, with steps that can be undone, stays in hand and is undone at once. */
  private async attempt(run: ClaimedRun, signal: AbortSignal): Promise<Settlement | undefined> {
    const workflow = findWorkflow(run.workflow);
    const attempt = new Attempt(run, workflow, this.tasks);
    const limits = this.limitsOf(run, workflow);
    let startedAt = performance.now();
    const settle = async (execution: Execution, ended: EndedAttempt) => {
      const decided = settleAttempt(execution, ended, limits);
      const settlement = await this.settle(run, decided, execution.outcome === 'settled');
      const durationMs = performance.now() - startedAt;
      reportFault(this.logger, run, execution);
      reportAttempt(this.logger, run, ended.attempt, settlement, durationMs);
      countSettled(run, settlement, durationMs);
      startedAt = performance.now();
      return settlement;
    };

    const settlement = await inAttemptSpan(run, run, async () => {
      const execution = await attempt.carryOut(signal);
      return settle(execution, { status: run.status, attempt: run.attempt, undoable: attempt.isUndoable });
    });
    if (settlement?.from !== 'running' || settlement.to !== 'compensating') return settlement;
    const undoing = { status: 'compensating', attempt: 1, undoable: true } as const;
    return inAttemptSpan(run, undoing, async () => settle(await attempt.undo(signal), undoing));
  }

  /**
   * @param isWritten whether that is in the database already
   * @returns undefined if another worker has taken the run over
   */
  private async settle(
    run: ClaimedRun,
    decided: Settlement | undefined,
    isWritten: boolean,
  ): Promise<Settlement | undefined> {
    if (decided === undefined) return undefined;
    try {
      if (!isWritten) await this.runs.settle(run.lease, WORKER, decided);
      this.deadLetters.reflect(run, decided);
      const outcome = outcomeForProvider(decided);
      if (outcome !== undefined) this.breaker.record(providerCircuit(run.event.provider), outcome);
      return decided;
    } catch (error) {
      if (error instanceof FencedError) return undefined;
      throw error;
    }
  }

  /** The workflow's own rules go before the provider's, and those before the general ones. */
  private limitsOf({ event }: ClaimedRun, workflow: Workflow | undefined): RetryLimits {
    const { maxAttempts, retryBaseMs, retryJitter, retryOverrides } = this.config;
    return {
      ...{ maxAttempts, retryBaseMs, retryJitter: retryJitter / 100 },
      ...retryOverrides.get(event.provider),
      ...workflow?.retry,
    };
  }
}

function isSuspect({ crashes }: ClaimedRun): boolean {
  return crashes >= CRASHES_OF_A_SUSPECT;
}
