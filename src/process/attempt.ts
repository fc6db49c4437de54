import { RunExecution, type Execution, type TaskExecutor } from '../act/index.js';
import { failure, readPayload, type Failure, type TypedEvent, type Workflow } from '../model/index.js';
import type { ClaimedRun } from '../store/index.js';

/** So many workers may die over a run before it is taken for the cause. */
const MAX_CRASHES = 5;

/** One attempt at a claimed run: to do its steps and, where that fails for good, to undo them. */
export class Attempt {
  private readonly execution: RunExecution | undefined;
  /** What is in the way of it. */
  private readonly obstacle: Failure | undefined;

  /** @param workflow undefined if this version of the service has none of the run's name */
  constructor(
    private readonly run: ClaimedRun,
    workflow: Workflow | undefined,
    tasks: TaskExecutor,
  ) {
    if (workflow === undefined) {
      this.obstacle = failure('workflow_missing', `No workflow is named ${run.workflow}`);
    } else if (run.body === null) {
      this.obstacle = failure('payload_dropped', 'Retention has dropped the payload');
    } else {
      const payload = readPayload(run.body, run.contentType);
      const event: TypedEvent<unknown> = { ...run.event, payload };
      this.execution = new RunExecution(run, workflow, event, tasks);
      this.obstacle = obstacleOf(run, this.execution);
    }
  }

  /** Whether a step is done that can be undone. */
  get isUndoable(): boolean {
    return this.execution?.isUndoable ?? false;
  }

  /** Does what the run was claimed for. */
  async carryOut(signal: AbortSignal): Promise<Execution> {
    if (this.obstacle !== undefined) return { outcome: 'failed', failure: this.obstacle };
    return this.run.status === 'compensating' ? this.undo(signal) : this.required.doSteps(signal);
  }

  /** Undoes what is done. */
  async undo(signal: AbortSignal): Promise<Execution> {
    return this.required.undoSteps(signal);
  }

  private get required(): RunExecution {
    if (this.execution === undefined) throw new Error(`Run ${this.run.lease.runId} has an obstacle`);
    return this.execution;
  }
}

function obstacleOf(run: ClaimedRun, execution: RunExecution): Failure | undefined {
  if (run.crashes >= MAX_CRASHES) {
    return failure('crashes_exceeded', `${run.crashes} workers ended while they had this run`);
  }
  // It was redriven after its compensation had failed: there is no way back to doing the rest.
  if (run.status === 'running' && execution.isBeingUndone) {
    const why = run.lastError ?? failure('unexpected', 'A part of the run was undone before');
    return { ...why, retryable: false };
  }
  return undefined;
}
