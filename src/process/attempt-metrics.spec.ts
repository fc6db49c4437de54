import { failure } from '../model/index.js';
import type { Settlement } from '../store/index.js';
import { attemptOutcome } from './attempt-metrics.js';

describe('the outcome of an attempt, as it is counted', () => {
  const failed = { reason: 'failed', failure: failure('unexpected', 'It broke') } as const;

  it.each([
    ['completed', { from: 'running', to: 'completed', reason: 'finished' }],
    ['retrying', { from: 'running', to: 'retrying', ...failed, retryInMs: 10 }],
    ['dead_lettered', { from: 'running', to: 'dead_lettered', ...failed }],
    ['compensating', { from: 'running', to: 'compensating', ...failed }],
    ['compensation_retrying', { from: 'compensating', to: 'compensating', ...failed, retryInMs: 10 }],
    ['compensated', { from: 'compensating', to: 'compensated', reason: 'finished' }],
    ['compensation_failed', { from: 'compensating', to: 'compensation_failed', ...failed }],
    ['released', { from: 'running', to: 'pending', reason: 'released' }],
    ['released', { from: 'compensating', to: 'compensating', reason: 'released' }],
    ['waiting', { from: 'running', to: 'pending', reason: 'circuit_open', waitingOn: 'smtp:mail:25' }],
    [
      'waiting',
      { from: 'compensating', to: 'compensating', reason: 'circuit_open', waitingOn: 'smtp:mail:25' },
    ],
    ['fenced', undefined],
  ] as const satisfies readonly (readonly [string, Settlement | undefined])[])(
    'is %s',
    (outcome, settlement) => {
      expect(attemptOutcome(settlement)).toBe(outcome);
    },
  );
});
