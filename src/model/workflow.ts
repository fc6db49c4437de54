import type { EventPattern, TypedEvent } from './event.js';

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
 * - `external`: an unknown outcome; the intent is recorded before, the outcome after.
 */
export type Effect = 'repeatable' | 'transactional' | 'external';

export interface Step<Payload, Input> {
  /** Unique within its workflow, and part of the effect's idempotency key: never rename it. */
  readonly name: string;
  readonly action: Action<Input>;
  /** Pure: the same event and outputs give the same input. */
  readonly input: (event: TypedEvent<Payload>, outputs: StepOutputs) => Input;
  /**
   * What to do when a crash left an external effect's outcome unknown: leave it to a person
   * (`dead_letter`, the default), or do it again.
   */
  readonly onUnknown?: 'dead_letter' | 'repeat';
}

/** What we do about an event. */
export interface Workflow<Payload = never> {
  /** Unique; stored with every run. */
  readonly name: string;
  /** Raise it with every change of the steps' meaning; stored with every run. */
  readonly version: number;
  readonly on: EventPattern<Payload>;
  readonly steps: readonly Step<Payload, never>[];
}

/** A step whose input is checked against its action. */
export function step<Payload, Input>(
  name: string,
  action: Action<Input>,
  input: Step<Payload, Input>['input'],
  options: Pick<Step<Payload, Input>, 'onUnknown'> = {},
): Step<Payload, never> {
  return { name, action, input, ...options } as Step<Payload, never>;
}

/**
 * Checks what the compiler cannot.
 *
 * @throws {TypeError} if a workflow has no steps or two of the same name
 */
export function defineWorkflow<Payload>(workflow: Workflow<Payload>): Workflow<Payload> {
  const names = workflow.steps.map(({ name }) => name);
  if (names.length === 0) throw new TypeError(`Workflow ${workflow.name} has no steps`);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new TypeError(`Workflow ${workflow.name} has two steps named ${doubled}`);
  }
  return workflow;
}
