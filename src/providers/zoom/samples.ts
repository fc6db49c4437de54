import { randomBytes } from 'node:crypto';
import type { Sample } from '../../model/index.js';
import { freshNumber } from '../sample-ids.js';

export const samples: readonly Sample[] = [
  { type: 'meeting.started', body: () => event('meeting.started', meeting()) },
  {
    type: 'meeting.participant_joined',
    body: () => event('meeting.participant_joined', { ...meeting(), participant: participant() }),
  },
];

function event(type: string, object: Record<string, unknown>): Record<string, unknown> {
  return { event: type, payload: { account_id: 'lmnop12345abcdefghijk', object }, event_ts: Date.now() };
}

function meeting(): Record<string, unknown> {
  return {
    uuid: randomBytes(16).toString('base64'),
    id: String(freshNumber()),
    host_id: 'z8yCxTTTTSiw02QgCAp8uQ',
    topic: 'Weekly review',
    type: 2,
    start_time: `${new Date().toISOString().slice(0, 19)}Z`,
    duration: 60,
    timezone: 'Europe/Berlin',
  };
}

function participant(): Record<string, unknown> {
  return {
    user_id: String(freshNumber()),
    user_name: 'Jenny Rosen',
    id: 'iFxeBPYun6SAiWUzBcEkX',
    email: 'jenny.rosen@example.com',
    join_time: `${new Date().toISOString().slice(0, 19)}Z`,
  };
}
