import { counter } from './define.js';

/** Who asked for dead letters to be sent again. */
export type RedriveOrigin = 'run' | 'event' | 'batch' | 'redelivery';

const requeues = counter(
  'integration_sweeper_requeues_total',
  'Runs that the sweeper has queued: they had no job, or the queue had lost it',
  ['cause'],
);
const losses = counter(
  'integration_queue_losses_detected_total',
  'Times that the queue was found to have lost jobs',
);
const lossRequeues = counter(
  'integration_queue_loss_requeues_total',
  'Runs that were queued again because the queue had lost their jobs all at once',
);
const redrives = counter(
  'integration_redrives_total',
  'Dead letters that somebody wanted to be sent again, by what became of that',
  ['origin', 'verdict'],
);

for (const cause of ['not_queued', 'lost'] as const) requeues.inc({ cause }, 0);

export function countRequeues(cause: 'not_queued' | 'lost', runs: number): void {
  requeues.inc({ cause }, runs);
}

export function countQueueLoss(requeued: number): void {
  losses.inc();
  lossRequeues.inc(requeued);
}

export function countRedrives(
  origin: RedriveOrigin,
  verdicts: readonly { readonly verdict: string }[],
): void {
  for (const { verdict } of verdicts) redrives.inc({ origin, verdict });
}
