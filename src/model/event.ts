/** What happened, recorded once and never changed. */
export interface Event {
  /** UUID version 7: ids sort by the time of receipt. */
  readonly id: string;
  readonly provider: string;
  /** '' if the provider has no accounts. */
  readonly account: string;
  readonly deliveryKey: string;
  readonly type: string;
  readonly entity: string | null;
  readonly occurredAt: Date | null;
  readonly receivedAt: Date;
}

/** An event with its parsed payload, typed by the provider's own event types. */
export interface TypedEvent<Payload> extends Event {
  readonly payload: Payload;
}

/**
 * Which events a workflow is for. `type` matches itself and what stands behind a dot:
 * `pull_request` is for `pull_request.opened` too.
 *
 * `Payload` exists for the compiler only; it types the event that the workflow's steps get.
 */
export interface EventPattern<Payload> {
  readonly provider: string;
  readonly type: string;
  readonly payload?: Payload;
}

/** True if an event of this provider and type is one that the pattern names. */
export function matches(pattern: EventPattern<unknown>, event: { provider: string; type: string }): boolean {
  return (
    pattern.provider === event.provider &&
    (pattern.type === event.type || event.type.startsWith(`${pattern.type}.`))
  );
}
