import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError, type AnyTask, type TypedEvent } from '../model/index.js';
import { CircuitBreaker, type Outcome } from '../platform/circuit-breaker/index.js';
import { CONFIG, type Config } from '../platform/config/index.js';
import { databaseFault } from '../platform/database/index.js';
import { countTargetCall } from '../platform/metrics/index.js';
import { WORKER } from '../platform/process/index.js';
import { StepStore, type ClaimedRun, type LedgerEntry, type StepEntry } from '../store/index.js';
import { PERFORMERS, type Performer, type StepContext } from './action.js';
import { logIdsOf } from './log-ids-of.js';
import { mayHaveHappened, nameFailure, outcomeFor, toRepeatable } from './task-failure.js';

/** A task of a run: a step, or a step's compensation. */
export interface NamedTask extends AnyTask {
  /** As it stands in the effect ledger. */
  readonly name: string;
}

/** How a task stands in its run. */
export interface TaskPlace {
  /** What the ledger says of an attempt before this one. */
  readonly earlier: LedgerEntry | undefined;
  /** Whether the run is completed when the task is done, and in the same commit. */
  readonly completesRun: boolean;
}

/** Thrown instead of performing a task whose target is out of order. Nothing was done, nor written down. */
export class CircuitOpenError extends Error {
  constructor(readonly circuit: string) {
    super(`The circuit ${circuit} is open`);
    this.name = 'CircuitOpenError';
  }
}

/** What has happened so far is written down as soon as the database is back, if it comes back within this time. */
const WRITE_WITHIN_MS = 30_000;
const WRITE_AGAIN_MS = 500;

/** Performs single tasks, each effect once, and keeps the effect ledger around them. */
@Injectable()
export class TaskExecutor {
  private readonly performers: ReadonlyMap<string, Performer<unknown, unknown>>;

  constructor(
    private readonly ledger: StepStore,
    @Inject(PERFORMERS) performers: readonly Performer<unknown, unknown>[],
    private readonly breaker: CircuitBreaker,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.performers = new Map(performers.map((performer) => [performer.action.name, performer]));
  }

  /**
   * @param signal aborted when the run's lease is lost or the process shuts down
   * @returns the action's output as it is written down
   * @throws {ActionError} for what the action can name
   * @throws {CircuitOpenError} when its target is out of order
   * @throws {FencedError} when the lease is void
   * @throws what the database throws
   */
  async perform(
    run: ClaimedRun,
    event: TypedEvent<unknown>,
    task: NamedTask,
    input: unknown,
    { earlier, completesRun }: TaskPlace,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { action } = task;
    const performer = this.performers.get(action.name);
    if (performer === undefined) {
      throw new ActionError('workflow_missing', `No code for action ${action.name}`);
    }
    const repeat = task.onUnknown === 'repeat' || action.effect === 'keyed';
    if (earlier?.status === 'started' && !repeat) throw unknownOutcome(action.name);
    const entry = { ...toEntry(run, task, input), ...(completesRun && { completedBy: WORKER }) };
    const context = { event, lease: run.lease, entry, logIds: logIdsOf(run), signal };
    const timeoutMs = task.timeoutMs ?? this.config.stepTimeoutMs;
    const circuit = performer.circuit?.(input);
    if (circuit !== undefined) await this.admit(circuit);
    const perform = (): Promise<unknown> =>
      this.watch(circuit, signal, () => performWithin(timeoutMs, performer, input, context));
    switch (action.effect) {
      case 'transactional':
        return perform();
      case 'repeatable': {
        const output = await perform().catch((error: unknown) => {
          throw nameFailure(error, action.effect, signal);
        });
        return this.ledger.finish(context.lease, context.entry, output);
      }
      case 'keyed':
      case 'external':
        return this.performExternal(performer, perform, context, { repeat, earlier });
    }
  }

  private async admit(circuit: string): Promise<void> {
    const { outcome } = await this.breaker.admit(circuit);
    if (outcome === 'refused') throw new CircuitOpenError(circuit);
  }

  /** Tells the circuit what became of the work, as far as that says anything about the target. */
  private async watch(
    circuit: string | undefined,
    signal: AbortSignal,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    if (circuit === undefined) return work();
    try {
      const output = await work();
      this.tell(circuit, 'success');
      return output;
    } catch (error) {
      const outcome = signal.aborted ? undefined : outcomeFor(error);
      if (outcome !== undefined) this.tell(circuit, outcome);
      throw error;
    }
  }

  private tell(circuit: string, outcome: Outcome): void {
    this.breaker.record(circuit, outcome);
    countTargetCall(circuit, outcome);
  }

  /** The intent is written down before the effect, so that a crash in between is not taken for nothing. */
  private async performExternal(
    { action }: Performer<unknown, unknown>,
    perform: () => Promise<unknown>,
    { lease, entry, signal }: StepContext,
    { repeat, earlier }: { repeat: boolean; earlier: LedgerEntry | undefined },
  ): Promise<unknown> {
    await this.ledger.begin(lease, entry, repeat);
    let output: unknown;
    try {
      output = await perform();
    } catch (error) {
      const failed = nameFailure(error, action.effect, signal);
      if (failed instanceof ActionError && !mayHaveHappened(failed, action.effect, earlier)) {
        await untilWritten(() => this.ledger.fail(lease, entry));
      }
      throw repeat ? toRepeatable(failed) : failed;
    }
    return untilWritten(() => this.ledger.finish(lease, entry, output));
  }
}

/**
 * By a timer and a listener: signals that are made of others, and sleeps that are aborted, cost more than such a step.
 *
 * @throws {ActionError} `timed_out`; what the action does after that changes nothing any more
 */
async function performWithin(
  timeoutMs: number,
  performer: Performer<unknown, unknown>,
  input: unknown,
  context: StepContext,
): Promise<unknown> {
  const outer = context.signal;
  const ended = new AbortController();
  const end = (): void => ended.abort(outer.reason);
  outer.addEventListener('abort', end);
  if (outer.aborted) end();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      ended.abort();
      reject(new ActionError('timed_out', `${performer.action.name} took longer than ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([performer.perform(input, { ...context, signal: ended.signal }), late]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', end);
  }
}

/** What is known about an effect must not become unknown because the database is away for a moment. */
async function untilWritten<Result>(write: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + WRITE_WITHIN_MS;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (databaseFault(error) !== 'unavailable' || performance.now() > deadline) throw error;
    }
    await sleep(WRITE_AGAIN_MS);
  }
}

function unknownOutcome(action: string): ActionError {
  return new ActionError(
    'outcome_unknown',
    `A worker ended while it performed this step; whether ${action} took effect is not known`,
  );
}

function toEntry(run: ClaimedRun, task: NamedTask, input: unknown): StepEntry {
  return {
    name: task.name,
    action: task.action.name,
    inputHash: createHash('sha256').update(JSON.stringify(input)).digest(),
    idempotencyKey: `${run.lease.runId}:${task.name}`,
  };
}
