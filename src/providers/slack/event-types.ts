import type { AppRateLimitedEvent, SlackEvent } from '@slack/types';

/** Every type of the Events API that Slack's own types know, such as `app_mention`. */
export type SlackEventType = SlackEvent['type'];

/** The envelope that the Events API puts around an event. */
export interface SlackEventCallback<Type extends SlackEventType> {
  readonly type: 'event_callback';
  readonly team_id: string;
  readonly api_app_id: string;
  readonly event: Extract<SlackEvent, { type: Type }>;
  readonly event_id: string;
  /** Seconds since the epoch. */
  readonly event_time: number;
}

/** That events were held back is told without the envelope. */
export type SlackPayload<Type extends SlackEventType> = Type extends 'app_rate_limited'
  ? AppRateLimitedEvent
  : SlackEventCallback<Type>;
