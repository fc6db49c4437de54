export const EVENTS_QUEUE = 'events';

/** Jobs at a time, as many as of the others that are measured. */
export const CONCURRENCY = 64;

export interface EventJob {
  readonly eventId: string;
}
