import type { IEvents } from '@paddle/paddle-node-sdk';

/** Every type of event that the SDK knows, such as `transaction.completed`. */
export type PaddleEventType = `${IEvents['event_type']}`;

/** The event of that type as it is sent, with what it is about in `data`. */
export type PaddlePayload<Type extends PaddleEventType> = IEvents extends infer Event
  ? Event extends { event_type: infer Own extends string }
    ? `${Own}` extends Type
      ? Event
      : never
    : never
  : never;
