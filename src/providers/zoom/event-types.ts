/** What all of Zoom's events have in common; `Thing` is what the event is about. */
export interface ZoomPayload<Thing = Readonly<Record<string, unknown>>> {
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly event_ts: number;
  readonly payload: {
    readonly account_id: string;
    readonly object: Thing;
    readonly operator?: string;
    readonly operator_id?: string;
  };
}
