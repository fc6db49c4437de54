import type { EventPayloadMap } from '@octokit/webhooks-types';

type EventName = keyof EventPayloadMap;

type ActionOf<Payload> = Payload extends { action: infer Action extends string } ? Action : never;

/** An event's name (`pull_request`, for all its actions) or name and action (`pull_request.opened`). */
export type GithubEventType =
  EventName | { [Name in EventName]: `${Name}.${ActionOf<EventPayloadMap[Name]>}` }[EventName];

/** Members of a union of payloads that can have this action; some have several, some any. */
type WithAction<Payload, Action> = Payload extends { action: infer Own }
  ? Action extends Own
    ? Payload
    : never
  : never;

export type GithubPayload<Type extends GithubEventType> = Type extends EventName
  ? EventPayloadMap[Type]
  : Type extends `${infer Name extends EventName}.${infer Action}`
    ? WithAction<EventPayloadMap[Name], Action>
    : never;
