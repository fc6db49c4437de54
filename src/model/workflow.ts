import type { EventPattern, TypedEvent } from './event.js';
import type { RetryOverride } from './retry-override.js';

/** Outputs of the steps that are done, by the step's name. */
export type StepOutputs = Readonly<Record<string, unknown>>;

/**
 * What a step does, as a value: its name and the types of its input and output. The code that
 * performs it is found by the name, so that a workflow stays data that can be read and previewed.
 */
export interface Action<Input, Output = unknown> {
  readonly name: string;
  readonly effect: Effect;
  /** For the compiler only. */
  readonly types?: { input: Input; output: Output };
}

/**
 * What a crash in the middle of an action leaves behind.
 * - `repeatable`: nothing that a repetition would spoil.
 * - `transactional`: nothing; the effect commits together with the step's row in the ledger.
 * - `keyed`: an unknown outcome, but the target tells a repetition by the idempotency key, so it is
 *   repeated with the same key; the intent is recorded before, the outcome after.
 * - `external`: an unknown outcome; the intent is recorded before, the outcome after.
 */
export type Effect = 'repeatable' | 'transactional' | 'keyed' | 'external';

/** An action with its input: what a step does, and what its compensation does. */
export interface Task<Payload, Input> {
  readonly action: Action<Input>;
  /** Pure: the same event and outputs give the same input. */
  readonly input: (event: TypedEvent<Payload>, outputs: StepOutputs) => NoInfer<Input>;
  /**
   * What to do when a crash left an external effect's outcome unknown: leave it to a person
   * (`dead_letter`, the default), or do it again.
   */
  readonly onUnknown?: 'dead_letter' | 'repeat';
  /** Milliseconds that it may take; `STEP_TIMEOUT_MS` by default. */
  readonly timeoutMs?: number;
}

export interface Step<Payload, Input> extends Task<Payload, Input> {
  /** Unique within its workflow, and part of the effect's idempotency key: never rename it. */
  readonly name: string;
  /**
   * Once it is done there is no way back: a later step that fails for good leaves a dead letter, and nothing is
   * undone.
   */
  readonly pivot?: boolean;
  /**
   * Undoes the step after a later one has failed for good; made by {@link undoBy}. Compensations are done in
   * the opposite order of the steps, and like steps: each once, retried, under a key of its own.
   */
  readonly compensation?: Compensation<Payload>;
}

/** How a step is undone. What its action takes was checked where it was written. */
export interface Compensation<Payload> extends Omit<Task<Payload, never>, 'action'> {
  readonly action: Action<never>;
}

/**
 * @param _on the workflow's pattern, for the compiler: it types the event
 * @param action what undoes the step
 * @param input pure, from the event and the outputs of the steps that were done
 */
export function undoBy<Payload, Input>(
  _on: EventPattern<Payload>,
  action: Action<Input>,
  input: Task<Payload, Input>['input'],
  options: Pick<Task<Payload, Input>, 'onUnknown' | 'timeoutMs'> = {},
): Compensation<Payload> {
  return { ...options, action, input } as unknown as Compensation<Payload>;
}

/** Steps as they are executed: what each of them takes was checked where it was written. */
export type AnyStep = Omit<Step<unknown, unknown>, 'compensation'> & { readonly compensation?: AnyTask };
export type AnyTask = Task<unknown, unknown>;

/** What we do about an event. */
export interface Workflow {
  /** Unique; stored with every run. */
  readonly name: string;
  /** Raise it with every change of the steps' meaning; stored with every run. */
  readonly version: number;
  readonly on: EventPattern<unknown>;
  /** Goes before the provider's. */
  readonly retry?: RetryOverride;
  /** Names of the HTTP targets without which the workflow is for no event. */
  readonly targets?: readonly string[];
  readonly steps: readonly AnyStep[];
}

/** A workflow whose steps are checked against the event's payload and against their actions' inputs. */
interface TypedWorkflow<Payload, Inputs extends readonly unknown[]> extends Omit<Workflow, 'on' | 'steps'> {
  readonly on: EventPattern<Payload>;
  readonly steps: readonly [...{ [Index in keyof Inputs]: Step<Payload, Inputs[Index]> }];
}

const STEP_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The name under which a step's compensation stands in the effect ledger; no step can have it. */
export function compensationName(stepName: string): string {
  return `${stepName}:compensation`;
}

/**
 * Checks what the compiler cannot, and forgets the types that it has checked.
 *
 * @throws {TypeError} if a workflow has no steps, two of the same name, or one with a name that cannot be
 */
export function defineWorkflow<Payload, Inputs extends readonly unknown[]>(
  workflow: TypedWorkflow<Payload, Inputs>,
): Workflow {
  const steps = workflow.steps as unknown as readonly AnyStep[];
  const names = steps.map(({ name }) => name);
  if (names.length === 0) throw new TypeError(`Workflow ${workflow.name} has no steps`);
  const odd = names.find((name) => !STEP_NAME.test(name));
  if (odd !== undefined) {
    throw new TypeError(
      `Workflow ${workflow.name} has a step named ${odd}: use lower-case words joined by hyphens`,
    );
  }
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new TypeError(`Workflow ${workflow.name} has two steps named ${doubled}`);
  }
  return { ...workflow, steps };
}
