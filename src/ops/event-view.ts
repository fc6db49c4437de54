import { statusOf, type EventLife, type ListedEvent } from '../store/index.js';
import type { EventSummary, EventView, FailureView, RunSummary, RunView } from './event.dto.js';

/** An event as it stands in a list. */
export function toEventSummary(event: ListedEvent): EventSummary {
  return { ...facts(event), runs: event.runs.map(toRunSummary) };
}

/** An event with its whole life. */
export function toEventView(event: EventLife): EventView {
  const [payload] = event.payloads;
  return {
    ...facts(event),
    payload: payload === undefined ? null : JSON.parse(Buffer.from(payload.body).toString('utf8')),
    headers: (payload?.headers ?? {}) as Record<string, string>,
    runs: event.runs.map(toRunView),
  };
}

function facts(event: ListedEvent): Omit<EventSummary, 'runs'> {
  const { id, provider, account, type, entity, deliveryKey, occurredAt, receivedAt } = event;
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
  };
}

/** As a plain object, not an instance: others spread it. */
function toRunSummary(run: ListedEvent['runs'][number]): Pick<RunSummary, keyof RunSummary> {
  const { id, workflow, number, status, attempts, nextAttemptAt } = run;
  const lastError = run.lastError as unknown as FailureView | null;
  return { id, workflow, number, status, attempts, nextAttemptAt, lastError };
}

function toRunView(run: EventLife['runs'][number]): RunView {
  return {
    ...toRunSummary(run),
    workflowVersion: run.workflowVersion,
    crashes: run.crashes,
    steps: run.steps.map(({ name, action, status, output, idempotencyKey, startedAt, finishedAt }) => ({
      name,
      action,
      status,
      output,
      idempotencyKey,
      startedAt,
      finishedAt,
    })),
    transitions: run.transitions.map(({ from, to, at, attempt, reason, actor, detail }) => ({
      from,
      to,
      at,
      attempt,
      reason,
      actor,
      detail,
    })),
  };
}
