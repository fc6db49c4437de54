/** What a queue job carries: an id. All else is read from PostgreSQL when the job is taken. */
export interface RunJob {
  readonly runId: string;
}

/** Each provider has its own queue, so that one provider's trouble is its own. */
export function queueName(provider: string): string {
  return `runs-${provider}`;
}

/** BullMQ ignores a job whose id it still keeps, so each new job of a run has a number of its own. */
export function jobId(runId: string, number: number): string {
  return `${runId}-${number}`;
}

/** Which of the run's jobs it is, from 1 on; 0 if the id is none of ours. */
export function jobNumber(id: string): number {
  return Number(/-(\d{1,9})$/.exec(id)?.[1] ?? 0);
}
