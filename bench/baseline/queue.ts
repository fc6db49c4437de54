export const EVENTS_QUEUE = 'events';

/** As many as the service has by default. */
export const CONCURRENCY = 16;

export interface EventJob {
  readonly eventId: string;
}
