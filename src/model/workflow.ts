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
  readonly input: (event: TypedEvent<Payload>, outputs: StepOutputs) => NoInfer<Input>;
  /**
   * What to do when a crash left an external effect's outcome unknown: leave it to a person
   * (`dead_letter`, the default), or do it again.
   */
  readonly onUnknown?: 'dead_letter' | 'repeat';
}

/** Steps as they are executed: what each of them takes was checked where it was written. */
export type AnyStep = Step<unknown, unknown>;

/** What we do about an event. */
export interface Workflow {
  /** Unique; stored with every run. */
  readonly name: string;
  /** Raise it with every change of the steps' meaning; stored with every run. */
  readonly version: number;
  readonly on: EventPattern<unknown>;
  readonly steps: readonly AnyStep[];
}

/** A workflow whose steps are checked against the event's payload and against their actions' inputs. */
interface TypedWorkflow<Payload, Inputs extends readonly unknown[]> {
  readonly name: string;
  readonly version: number;
  readonly on: EventPattern<Payload>;
  readonly steps: readonly [...{ [Index in keyof Inputs]: Step<Payload, Inputs[Index]> }];
}

/**
 * Checks what the compiler cannot, and forgets the types that it has checked.
 *
 * @throws {TypeError} if a workflow has no steps or two of the same name
 */
export function defineWorkflow<Payload, Inputs extends readonly unknown[]>(
  workflow: TypedWorkflow<Payload, Inputs>,
): Workflow {
  const steps = workflow.steps as unknown as readonly AnyStep[];
  const names = steps.map(({ name }) => name);
  if (names.length === 0) throw new TypeError(`Workflow ${workflow.name} has no steps`);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new TypeError(`Workflow ${workflow.name} has two steps named ${doubled}`);
  }
  return { ...workflow, steps };
}
