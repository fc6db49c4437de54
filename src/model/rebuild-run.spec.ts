import { rebuildRun, type Transition } from './rebuild-run.js';

const changes = (...lines: string[]): Transition[] =>
  lines.map((line) => {
    const [from, to, reason] = line.split(' ');
    return { from, to, reason } as Transition;
  });

describe('a run that is made anew from its changes', () => {
  it.each<[string, string[], object]>([
    ['nothing has happened to', [], { status: 'pending', attempts: 0 }],
    ['is in hand', ['pending running claimed'], { status: 'running', attempts: 1 }],
    [
      'came to its end in its second attempt, after a crash',
      [
        'pending running claimed',
        'running retrying failed',
        'retrying running claimed',
        'running running lease_expired',
        'running completed finished',
      ],
      { status: 'completed', attempts: 2, crashes: 1 },
    ],
    [
      'was given back and waited for a circuit, neither of which counts',
      [
        'pending running claimed',
        'running pending released',
        'pending running claimed',
        'running pending circuit_open',
      ],
      { status: 'pending', attempts: 0 },
    ],
    [
      'undid what it did in its second attempt',
      [
        'pending running claimed',
        'running running lease_expired',
        'running compensating failed',
        'compensating compensating failed',
        'compensating compensating claimed',
        'compensating compensated finished',
      ],
      { status: 'compensated', attempts: 1, compensationAttempts: 2, crashes: 0 },
    ],
    [
      'was redriven',
      ['pending running claimed', 'running dead_lettered failed', 'dead_lettered pending redriven'],
      { status: 'pending', attempts: 0 },
    ],
  ])('that %s is what they say', (_what, lines, expected) => {
    expect(rebuildRun(changes(...lines))).toMatchObject({ ok: true, account: expected });
  });

  it.each<[string, string[], string]>([
    ['does not begin', ['running completed finished'], 'Transition 1, running → completed, follows pending'],
    [
      'has a gap',
      ['pending running claimed', 'retrying running claimed'],
      'Transition 2, retrying → running, follows running',
    ],
    [
      'was never possible',
      ['pending completed finished'],
      'Transition 1, pending → completed, is not in the lifecycle',
    ],
  ])('is none where the trail %s', (_what, lines, fault) => {
    expect(rebuildRun(changes(...lines))).toEqual({ ok: false, fault });
  });
});
