import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import {
  ActionError,
  failure,
  failureFrom,
  type AnyStep,
  type Failure,
  type StepOutputs,
  type TypedEvent,
  type Workflow,
} from '../model/index.js';
import { databaseFault } from '../platform/database/index.js';
import { FencedError, StepStore, type ClaimedRun, type StepEntry } from '../store/index.js';
import { PERFORMERS, type Performer, type StepContext } from './action.js';

export type Execution =
  | { outcome: 'completed' }
  | { outcome: 'failed'; failure: Failure }
  /** Another worker has taken the run over; nothing more may be written. */
  | { outcome: 'fenced' }
  /** The signal came before the next step; what is done is in the ledger. */
  | { outcome: 'interrupted' };

/** Executes the steps of a run in order, each effect once: what the ledger has as done is not done again. */
@Injectable()
export class RunExecutor {
  private readonly performers: ReadonlyMap<string, Performer<unknown, unknown>>;

  constructor(
    private readonly ledger: StepStore,
    @Inject(PERFORMERS) performers: readonly Performer<unknown, unknown>[],
  ) {
    this.performers = new Map(performers.map((performer) => [performer.action.name, performer]));
  }

  /**
   * @param signal when it is aborted, no further step is begun
   * @throws when the database is away
   */
  async execute(
    run: ClaimedRun,
    workflow: Workflow,
    event: TypedEvent<unknown>,
    signal: AbortSignal,
  ): Promise<Execution> {
    const outputs: Record<string, unknown> = {};
    for (const step of workflow.steps) {
      const earlier = run.ledger.get(step.name);
      if (earlier?.status === 'done') {
        outputs[step.name] = earlier.output;
        continue;
      }
      if (signal.aborted) return { outcome: 'interrupted' };
      try {
        if (earlier?.status === 'started') decideUnknown(step);
        const input = computeInput(step, event, outputs);
        outputs[step.name] = await this.executeStep(run, step, input, event, signal);
      } catch (error) {
        if (error instanceof FencedError) return { outcome: 'fenced' };
        // Without the database no outcome can be written down: the run is taken up again by its lease.
        // An action's own error may speak of timeouts, too, but never of the database's.
        if (!(error instanceof ActionError) && databaseFault(error) === 'unavailable') throw error;
        return { outcome: 'failed', failure: toFailure(error, step.name) };
      }
    }
    return { outcome: 'completed' };
  }

  private async executeStep(
    run: ClaimedRun,
    step: AnyStep,
    input: unknown,
    event: TypedEvent<unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { action } = step;
    const performer = this.performers.get(action.name);
    if (performer === undefined)
      throw new ActionError('workflow_missing', `No code for action ${action.name}`);
    const { lease } = run;
    const entry = toEntry(run, step, input);
    const context: StepContext = { event, lease, entry, signal };
    switch (action.effect) {
      case 'transactional':
        return performer.perform(input, context);
      case 'repeatable': {
        const output = await performer.perform(input, context);
        await this.ledger.finish(lease, entry, output);
        return output;
      }
      case 'keyed':
        return this.executeExternal(performer, input, context, true);
      case 'external':
        return this.executeExternal(performer, input, context, step.onUnknown === 'repeat');
    }
  }

  /** The intent is written down before the effect, so that a crash in between is not taken for nothing. */
  private async executeExternal(
    performer: Performer<unknown, unknown>,
    input: unknown,
    context: StepContext,
    repeat: boolean,
  ): Promise<unknown> {
    const { lease, entry } = context;
    await this.ledger.begin(lease, entry, repeat);
    let output: unknown;
    try {
      output = await performer.perform(input, context);
    } catch (error) {
      // An unnamed error is a fault in the action: it may have come before the effect or after it.
      if (!(error instanceof ActionError)) {
        const code = performer.action.effect === 'keyed' ? 'unexpected' : 'outcome_unknown';
        throw new ActionError(code, String(error), { cause: error });
      }
      if (error.code !== 'outcome_unknown') await this.ledger.fail(lease, entry);
      throw error;
    }
    await this.ledger.finish(lease, entry, output);
    return output;
  }
}

/** What the database does not take today it takes never. */
function toFailure(error: unknown, step: string): Failure {
  return databaseFault(error) === 'bad_row' && !(error instanceof ActionError)
    ? failure('input_invalid', `The database does not take it: ${String(error)}`, step)
    : failureFrom(error, step);
}

/** An input is computed from what is recorded, so what fails once fails always. */
function computeInput(step: AnyStep, event: TypedEvent<unknown>, outputs: StepOutputs): unknown {
  try {
    return step.input(event, outputs);
  } catch (error) {
    throw new ActionError('input_invalid', `The event lacks what the step needs: ${String(error)}`, {
      cause: error,
    });
  }
}

/** @throws {ActionError} if the step is not to be repeated without a person's word */
function decideUnknown(step: AnyStep): void {
  if (step.action.effect === 'keyed' || step.onUnknown === 'repeat') return;
  throw new ActionError(
    'outcome_unknown',
    `A worker ended while it performed this step; whether ${step.action.name} took effect is not known`,
  );
}

function toEntry(run: ClaimedRun, step: AnyStep, input: unknown): StepEntry {
  return {
    name: step.name,
    action: step.action.name,
    inputHash: createHash('sha256').update(JSON.stringify(input)).digest(),
    idempotencyKey: `${run.lease.runId}:${step.name}`,
  };
}
