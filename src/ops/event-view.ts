import { compensationName, readPayload } from '../model/index.js';
import {
  statusOf,
  type EventLife,
  type LedgerRow,
  type ListedEvent,
  type ListedRun,
  type RunLife,
} from '../store/index.js';
import type {
  CompensationView,
  EventSummary,
  EventView,
  RunSummary,
  RunView,
  StepView,
} from './event.dto.js';

/** An event as it stands in a list. */
export function toEventSummary(event: ListedEvent): EventSummary {
  return { ...facts(event), runs: event.runs.map(toRunSummary) };
}

/** An event with its whole life. */
export function toEventView(event: EventLife): EventView {
  const { body } = event;
  const headers = event.headers ?? {};
  return {
    ...facts(event),
    payload: body === null ? null : readPayload(body, headers['content-type']),
    headers,
    runs: event.runs.map(toRunView),
  };
}

function facts(event: ListedEvent): Omit<EventSummary, 'runs'> {
  const { id, provider, account, type, entity, deliveryKey, occurredAt, receivedAt } = event;
  const { correlationId, suspectedReplayOf } = event;
  return {
    id,
    provider,
    account,
    type,
    entity,
    deliveryKey,
    occurredAt,
    receivedAt,
    status: statusOf(event),
    correlationId,
    suspectedReplayOf,
  };
}

/** As a plain object, not an instance: others spread it. */
function toRunSummary(run: ListedRun): Pick<RunSummary, keyof RunSummary> {
  const { id, workflow, number, status, attempts, nextAttemptAt, lastError } = run;
  return { id, workflow, number, status, attempts, nextAttemptAt, lastError };
}

function toRunView(run: RunLife): RunView {
  return {
    ...toRunSummary(run),
    workflowVersion: run.workflowVersion,
    crashes: run.crashes,
    compensationAttempts: run.compensationAttempts,
    waitingOn: run.waitingOn,
    supersededBy: run.supersededBy,
    steps: toStepViews(run.steps),
    transitions: run.transitions.map(({ from, to, at, attempt, reason, actor, traceId, detail }) => ({
      from,
      to,
      at,
      attempt,
      reason,
      actor,
      traceId,
      detail,
    })),
  };
}

/** The ledger has a step and its compensation as two rows; people see them as one. */
function toStepViews(ledger: readonly LedgerRow[]): StepView[] {
  const rows = new Map(ledger.map((row) => [row.name, row]));
  const names = new Set(ledger.map(({ name }) => compensationName(name)));
  return ledger
    .filter(({ name }) => !names.has(name))
    .map((step) => {
      const compensation = rows.get(compensationName(step.name));
      return {
        name: step.name,
        action: step.action,
        ...toEffectView(step),
        compensation: compensation === undefined ? null : toEffectView(compensation),
      };
    });
}

/** As a plain object, not an instance: others spread it. */
function toEffectView(row: LedgerRow): Pick<CompensationView, keyof CompensationView> {
  const { status, output, idempotencyKey, startedAt, finishedAt } = row;
  return { status, output, idempotencyKey, startedAt, finishedAt };
}
