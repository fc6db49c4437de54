import type { EventLife, LedgerRow } from '../store/index.js';
import { toEventView } from './event-view.js';

const AT = new Date('2026-03-01T12:00:00Z');

const row = (name: string, status: LedgerRow['status']): LedgerRow => ({
  name,
  action: 'http',
  status,
  output: null,
  idempotencyKey: `run:${name}`,
  startedAt: AT,
  finishedAt: null,
});

/** An event with one run whose ledger is this. */
const withLedger = (steps: LedgerRow[]): EventLife => ({
  id: 'event',
  provider: 'stripe',
  account: '',
  deliveryKey: 'key',
  type: 'charge.refunded',
  entity: null,
  occurredAt: null,
  receivedAt: AT,
  correlationId: null,
  suspectedReplayOf: null,
  body: null,
  headers: null,
  runs: [
    {
      id: 'run',
      workflow: 'log',
      number: 1,
      workflowVersion: 1,
      status: 'compensating',
      attempts: 1,
      crashes: 0,
      compensationAttempts: 1,
      nextAttemptAt: null,
      waitingOn: null,
      supersededBy: null,
      lastError: null,
      transitions: [],
      steps,
    },
  ],
});

describe('the view of an event', () => {
  it('shows a compensation with the step that it undoes, and null where there is none', () => {
    const ledger = [row('reserve', 'done'), row('charge', 'failed'), row('reserve:compensation', 'started')];
    const [run] = toEventView(withLedger(ledger)).runs;
    expect(run?.steps).toMatchObject([
      {
        name: 'reserve',
        status: 'done',
        compensation: { status: 'started', idempotencyKey: 'run:reserve:compensation', startedAt: AT },
      },
      { name: 'charge', status: 'failed', compensation: null },
    ]);
    expect(run).toMatchObject({ compensationAttempts: 1, waitingOn: null, supersededBy: null });
  });

  it('has no payload once retention has dropped it', () => {
    expect(toEventView(withLedger([]))).toMatchObject({ payload: null, headers: {} });
  });

  it.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/x-www-form-urlencoded', 'a=%7B1%7D', { a: '{1}' }],
  ])('has a payload of %s as it was read', (contentType, body, payload) => {
    const headers = { 'content-type': contentType };
    expect(toEventView({ ...withLedger([]), body: Buffer.from(body), headers })).toMatchObject({
      payload,
      headers,
    });
  });
});
