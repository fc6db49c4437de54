import { isLegalTransition, type RunStatus, type TransitionReason } from './lifecycle.js';

/** A change of a run's status, as the audit trail has it. */
export interface Transition {
  readonly from: RunStatus;
  readonly to: RunStatus;
  readonly reason: TransitionReason;
}

/** What the audit trail says about a run. */
export interface RunAccount {
  readonly status: RunStatus;
  readonly attempts: number;
  readonly compensationAttempts: number;
  readonly crashes: number;
}

export type Rebuilt = { ok: true; account: RunAccount } | { ok: false; fault: string };

const NEW_RUN: RunAccount = { status: 'pending', attempts: 0, compensationAttempts: 0, crashes: 0 };

/** Makes a run anew from its transitions, the oldest first: its first state is pending, which none tells. */
export function rebuildRun(transitions: readonly Transition[]): Rebuilt {
  let account = NEW_RUN;
  for (const [index, { from, to, reason }] of transitions.entries()) {
    const place = `Transition ${index + 1}, ${from} → ${to}`;
    if (from !== account.status) return { ok: false, fault: `${place}, follows ${account.status}` };
    if (!isLegalTransition(from, to)) return { ok: false, fault: `${place}, is not in the lifecycle` };
    account = { ...count(account, from, to, reason), status: to };
  }
  return { ok: true, account };
}

/** What a transition does to the counts: the rules of the statements in src/store/run.sql.ts. */
function count(account: RunAccount, from: RunStatus, to: RunStatus, reason: TransitionReason): RunAccount {
  const counter = from === 'compensating' ? 'compensationAttempts' : 'attempts';
  switch (reason) {
    case 'claimed':
      return { ...account, [counter]: account[counter] + 1 };
    case 'lease_expired':
      return { ...account, crashes: account.crashes + 1 };
    case 'released':
    case 'circuit_open':
      return { ...account, [counter]: account[counter] - 1 };
    case 'redelivered':
    case 'redriven':
      return NEW_RUN;
    case 'finished':
    case 'failed':
      return from === 'running' && to === 'compensating'
        ? { ...account, compensationAttempts: 1, crashes: 0 }
        : account;
  }
}
