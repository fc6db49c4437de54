import type { AppMentionEvent, ReactionAddedEvent, SlackEvent } from '@slack/types';
import type { Sample } from '../../model/index.js';
import { freshCode } from '../sample-ids.js';
import type { SlackEventCallback, SlackEventType } from './event-types.js';

export const samples: readonly Sample[] = [
  { type: 'app_mention', body: () => ({ ...callback(appMentioned()) }) },
  { type: 'reaction_added', body: () => ({ ...callback(reactionAdded()) }) },
];

const TEAM = 'T061EG9R6';

function callback(event: SlackEvent) {
  return {
    team_id: TEAM,
    api_app_id: 'A0PNCHHK2',
    event,
    type: 'event_callback',
    event_id: freshCode('Ev'),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: TEAM,
        user_id: 'U0LAN0Z89',
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  } satisfies Omit<SlackEventCallback<SlackEventType>, 'event'> & Record<string, unknown>;
}

function appMentioned(): AppMentionEvent {
  const ts = messageTime();
  return {
    type: 'app_mention',
    user: 'U061F7AUR',
    team: TEAM,
    text: '<@U0LAN0Z89> is it everything a river should be?',
    ts,
    channel: 'C0LAN2Q65',
    event_ts: ts,
  };
}

function reactionAdded(): ReactionAddedEvent {
  return {
    type: 'reaction_added',
    user: 'U061F7AUR',
    reaction: 'thumbsup',
    item_user: 'U0LAN0Z89',
    item: { type: 'message', channel: 'C0LAN2Q65', ts: messageTime() },
    event_ts: messageTime(),
  };
}

/** Seconds with six digits behind the point, which name a message within its channel. */
function messageTime(): string {
  return (Date.now() / 1000).toFixed(6);
}
