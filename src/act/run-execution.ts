import {
  ActionError,
  compensationName,
  failure,
  failureFrom,
  type Failure,
  type StepOutputs,
  type TypedEvent,
  type Workflow,
} from '../model/index.js';
import { databaseFault } from '../platform/database/index.js';
import { countStep } from '../platform/metrics/index.js';
import { inSpan } from '../platform/tracing/index.js';
import { FencedError, type ClaimedRun, type LedgerEntry } from '../store/index.js';
import { CircuitOpenError, type NamedTask, type TaskExecutor } from './task-executor.js';
import { mayHaveHappened } from './task-failure.js';

/** How the steps of a run, or their compensations, came to an end. */
export type Execution =
  | { outcome: 'completed' }
  /**
   * `retryAfterMs`: when the step's target wants to be asked again, if it said so. `fault`: what was thrown, if no action
   * knows what it means.
   */
  | { outcome: 'failed'; failure: Failure; retryAfterMs?: number | undefined; fault?: unknown }
  /** The next step needs what is out of order for the moment: the circuit's name. Nothing has failed. */
  | { outcome: 'waiting'; circuit: string }
  /** Another worker has taken the run over; nothing more may be written. */
  | { outcome: 'fenced' }
  /** The signal came before the next step; what is done is in the ledger. */
  | { outcome: 'interrupted' };

/**
 * A run in execution: its steps in order, or what undoes them in the opposite order, each effect once.
 * What the ledger has as done is not done again.
 */
export class RunExecution {
  private readonly ledger: Map<string, LedgerEntry>;

  constructor(
    private readonly run: ClaimedRun,
    private readonly workflow: Workflow,
    private readonly event: TypedEvent<unknown>,
    private readonly tasks: TaskExecutor,
  ) {
    this.ledger = new Map(run.ledger);
  }

  /** True once a compensation was begun: from then on there is no way but to undo the rest. */
  get isBeingUndone(): boolean {
    return this.workflow.steps.some(({ name }) => this.ledger.has(compensationName(name)));
  }

  /** True if a step that is done, or may be, can be undone, and none is done after which nothing is. */
  get isUndoable(): boolean {
    const isPast = this.workflow.steps.some(({ name, pivot }) => pivot === true && this.isDone(name));
    return !isPast && this.stepsToUndo().length > 0;
  }

  /**
   * Does the steps that are not done yet.
   *
   * @param signal when it is aborted, no further step is begun
   * @throws when the database is away
   */
  async doSteps(signal: AbortSignal): Promise<Execution> {
    return this.perform(this.workflow.steps, signal);
  }

  /**
   * Undoes the steps that are done, the last one first; also those of which it is not known.
   *
   * @param signal when it is aborted, no further compensation is begun
   * @throws when the database is away
   */
  async undoSteps(signal: AbortSignal): Promise<Execution> {
    return this.perform(this.stepsToUndo(), signal);
  }

  private stepsToUndo(): NamedTask[] {
    return [...this.workflow.steps]
      .reverse()
      .filter(({ name }) => this.mayBeDone(name))
      .flatMap(({ name, compensation }) =>
        compensation === undefined ? [] : [{ ...compensation, name: compensationName(name) }],
      );
  }

  private async perform(tasks: readonly NamedTask[], signal: AbortSignal): Promise<Execution> {
    for (const task of tasks.filter(({ name }) => !this.isDone(name))) {
      if (signal.aborted) return { outcome: 'interrupted' };
      const startedAt = performance.now();
      const count = (outcome: 'done' | 'failed'): void =>
        countStep(this.workflow.name, task.name, outcome, (performance.now() - startedAt) / 1_000);
      try {
        const input = computeInput(task, this.event, this.outputs());
        const earlier = this.ledger.get(task.name);
        const attributes = { 'step.name': task.name, 'step.action': task.action.name };
        const output = await inSpan(`step ${task.name}`, { attributes }, () =>
          this.tasks.perform(this.run, this.event, task, input, earlier, signal),
        );
        this.ledger.set(task.name, { status: 'done', output });
        count('done');
      } catch (error) {
        this.noteFailure(task, error);
        const execution = toExecution(error, task, signal);
        if (execution.outcome === 'failed') count('failed');
        return execution;
      }
    }
    return { outcome: 'completed' };
  }

  /** As the ledger has it now. */
  private noteFailure({ name, action }: NamedTask, error: unknown): void {
    if (!(error instanceof ActionError)) return;
    const status = mayHaveHappened(error, action.effect, this.ledger.get(name)) ? 'started' : 'failed';
    this.ledger.set(name, { status, output: null });
  }

  private mayBeDone(name: string): boolean {
    const status = this.ledger.get(name)?.status;
    return status === 'done' || status === 'started';
  }

  private isDone(name: string): boolean {
    return this.ledger.get(name)?.status === 'done';
  }

  private outputs(): StepOutputs {
    const done = this.workflow.steps.filter(({ name }) => this.isDone(name));
    return Object.fromEntries(done.map(({ name }) => [name, this.ledger.get(name)?.output]));
  }
}

/** @throws when the database is away: then no outcome can be written down, and the run is taken up again by its lease */
function toExecution(error: unknown, task: NamedTask, signal: AbortSignal): Execution {
  if (error instanceof FencedError) return { outcome: 'fenced' };
  // An action that gives way to the signal throws its reason; the step is begun again.
  if (signal.aborted && error === signal.reason) return { outcome: 'interrupted' };
  if (error instanceof CircuitOpenError) return { outcome: 'waiting', circuit: error.circuit };
  // An action's own error may speak of timeouts, too, but never of the database's.
  if (!(error instanceof ActionError)) {
    const fault = databaseFault(error);
    if (fault === 'unavailable') throw error;
    if (fault === 'bad_row') {
      // What the database does not take today it takes never.
      const message = `The database does not take it: ${String(error)}`;
      return { outcome: 'failed', failure: failure('input_invalid', message, task.name) };
    }
  }
  const failed = failureFrom(error, task.name);
  // What was cut off by our own end, and does no harm if it is repeated, has not failed.
  if (signal.aborted && failed.retryable) return { outcome: 'interrupted' };
  const retryAfterMs = error instanceof ActionError ? error.retryAfterMs : undefined;
  const fault = error instanceof ActionError ? error.cause : error;
  return {
    outcome: 'failed',
    failure: failed,
    retryAfterMs,
    ...(failed.code === 'unexpected' && { fault }),
  };
}

/** An input is computed from what is recorded, so what fails once fails always. */
function computeInput(task: NamedTask, event: TypedEvent<unknown>, outputs: StepOutputs): unknown {
  try {
    return task.input(event, outputs);
  } catch (error) {
    throw new ActionError('input_invalid', `The event lacks what the step needs: ${String(error)}`, {
      cause: error,
    });
  }
}
