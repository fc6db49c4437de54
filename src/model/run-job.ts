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
