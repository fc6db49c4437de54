import { FAILURE_CODES, failure, type FailureCode } from '../model/index.js';
import { outcomeForProvider } from './provider-circuit.js';

const failed = (code: FailureCode) =>
  outcomeForProvider({ from: 'running', to: 'retrying', reason: 'failed', failure: failure(code, 'no') });

describe('for the circuit of a provider', () => {
  it('a run that comes to its end is a success', () => {
    expect(outcomeForProvider({ from: 'running', to: 'completed', reason: 'finished' })).toBe('success');
    expect(outcomeForProvider({ from: 'compensating', to: 'compensated', reason: 'finished' })).toBe(
      'success',
    );
  });

  it('only what would befall any other run as well is a failure', () => {
    expect(FAILURE_CODES.filter((code) => failed(code) === 'failure')).toEqual([
      'workflow_missing',
      'unexpected',
    ]);
    expect(FAILURE_CODES.filter((code) => failed(code) === 'success')).toEqual([]);
  });

  it('a run that is given back, or waits, says nothing', () => {
    const givenBack = { from: 'running', to: 'pending' } as const;
    expect(outcomeForProvider({ ...givenBack, reason: 'released' })).toBeUndefined();
    expect(
      outcomeForProvider({ ...givenBack, reason: 'circuit_open', waitingOn: 'smtp:mail:25' }),
    ).toBeUndefined();
  });
});
