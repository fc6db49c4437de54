import { Inject, Injectable } from '@nestjs/common';
import { hostname } from 'node:os';
import type { Logger } from 'winston';
import { RunExecutor, type Execution } from '../act/index.js';
import { failure, type RunStatus, type TypedEvent } from '../model/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { LOGGER, withLogContext } from '../platform/logging/index.js';
import { FencedError, RunStore, type ClaimedRun, type Settlement } from '../store/index.js';
import { findWorkflow } from '../workflows/index.js';
import { DeadLetterMirror } from './dead-letter-mirror.js';
import { LeaseKeeper } from './lease-keeper.js';
import { settleFailure } from './retry-policy.js';
import { Slots } from './slots.js';

/** So many workers may die over a run before it is taken for the cause. */
const MAX_CRASHES = 5;

/** What became of a run that a job named. */
export type Processing =
  | { outcome: 'ended'; status: RunStatus }
  /** There is something to do, but later. */
  | { outcome: 'later'; waitMs: number }
  /** Another worker took the run over, or it is not there. */
  | { outcome: 'dropped' };

/** Claims a run, executes its workflow and settles it. */
@Injectable()
export class RunProcessor {
  /** Names this process in the audit trail. */
  readonly actor = `worker:${hostname()}:${process.pid}`;

  /** Every queue's worker takes as many jobs as the process may execute; together they must not exceed it. */
  private readonly slots: Slots;
  private claiming = true;

  constructor(
    private readonly runs: RunStore,
    private readonly executor: RunExecutor,
    private readonly leases: LeaseKeeper,
    private readonly deadLetters: DeadLetterMirror,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.slots = new Slots(config.workerConcurrency);
  }

  /** @throws what the database throws; then the run is as it was, or is taken up again by its lease */
  async process(runId: string): Promise<Processing> {
    return this.slots.use(() => this.claimAndProcess(runId));
  }

  /** From now on no run is claimed; those that are stay in hand. */
  stopClaiming(): void {
    this.claiming = false;
  }

  private async claimAndProcess(runId: string): Promise<Processing> {
    if (!this.claiming) return { outcome: 'later', waitMs: 0 };
    const claim = await this.runs.claim(runId, this.actor);
    switch (claim.outcome) {
      case 'claimed':
        return withLogContext({ runId, eventId: claim.run.event.id }, () => this.processClaimed(claim.run));
      case 'early':
        return { outcome: 'later', waitMs: claim.waitMs };
      case 'settled':
        return { outcome: 'ended', status: claim.status };
      case 'missing':
        this.logger.warn('A job names a run that is not there; do two services share one queue?', { runId });
        return { outcome: 'dropped' };
    }
  }

  private async processClaimed(run: ClaimedRun): Promise<Processing> {
    const startedAt = performance.now();
    const settlement = await this.leases.hold(run.lease, async (signal) => {
      const decided = toSettlement(await this.execute(run, signal), run, this.config);
      if (decided === undefined) return undefined;
      try {
        await this.runs.settle(run.lease, this.actor, decided);
        this.deadLetters.reflect(run, decided);
        return decided;
      } catch (error) {
        if (error instanceof FencedError) return undefined;
        throw error;
      }
    });
    this.report(run, settlement, performance.now() - startedAt);
    if (settlement === undefined) return { outcome: 'dropped' };
    return settlement.to === 'retrying'
      ? { outcome: 'later', waitMs: settlement.retryInMs ?? 0 }
      : { outcome: 'ended', status: settlement.to };
  }

  private async execute(run: ClaimedRun, signal: AbortSignal): Promise<Execution> {
    if (run.crashes >= MAX_CRASHES) {
      return {
        outcome: 'failed',
        failure: failure('crashes_exceeded', `${run.crashes} workers ended while they had this run`),
      };
    }
    const workflow = findWorkflow(run.workflow);
    if (workflow === undefined) {
      return {
        outcome: 'failed',
        failure: failure('workflow_missing', `No workflow is named ${run.workflow}`),
      };
    }
    return this.executor.execute(run, workflow, toTypedEvent(run), signal);
  }

  /** One line for each attempt, with all that is worth knowing about it. */
  private report(run: ClaimedRun, settlement: Settlement | undefined, durationMs: number): void {
    const fields = {
      provider: run.event.provider,
      type: run.event.type,
      workflow: run.workflow,
      attempt: run.attempt,
      crashes: run.crashes,
      durationMs: Math.round(durationMs),
      ...(settlement?.failure && { failure: settlement.failure }),
      ...(settlement?.retryInMs !== undefined && { retryInMs: settlement.retryInMs }),
    };
    switch (settlement?.to) {
      case 'completed':
        return void this.logger.info('Run completed', fields);
      case 'retrying':
        return void this.logger.warn('Attempt failed, another will follow', fields);
      case 'dead_lettered':
        return void this.logger.error('Run failed for good', fields);
      case 'pending':
        return void this.logger.info('Run released', fields);
      case undefined:
        return void this.logger.warn('Run was taken over by another worker', fields);
    }
  }
}

function toSettlement(execution: Execution, run: ClaimedRun, limits: Config): Settlement | undefined {
  switch (execution.outcome) {
    case 'completed':
      return { from: 'running', to: 'completed', reason: 'finished' };
    case 'failed':
      return settleFailure(execution.failure, run.attempt, limits);
    case 'interrupted':
      return { from: 'running', to: 'pending', reason: 'released' };
    case 'fenced':
      return undefined;
  }
}

function toTypedEvent(run: ClaimedRun): TypedEvent<unknown> {
  return { ...run.event, payload: JSON.parse((run.body ?? Buffer.from('null')).toString('utf8')) as unknown };
}
