import { randomInt } from 'node:crypto';
import type { Sample } from '../../model/index.js';
import type { DiscordEventType, DiscordPayload } from './event-types.js';

const APPLICATION = '1234560123453231555';

export const samples: readonly Sample[] = [
  {
    type: 'ENTITLEMENT_CREATE',
    body: () =>
      event('ENTITLEMENT_CREATE', {
        id: freshSnowflake(),
        sku_id: '1234890456438351230',
        application_id: APPLICATION,
        type: 4,
        user_id: '1111787651892777700',
        deleted: false,
        consumed: false,
      }),
  },
  {
    type: 'APPLICATION_AUTHORIZED',
    body: () =>
      event('APPLICATION_AUTHORIZED', {
        integration_type: 1,
        user: { id: freshSnowflake(), username: 'nelly', global_name: 'Nelly' },
        scopes: ['applications.commands'],
      }),
  },
];

function event<Type extends DiscordEventType>(
  type: Type,
  data: DiscordPayload<Type>['event']['data'],
): Record<string, unknown> {
  const payload: DiscordPayload<Type> = {
    version: 1,
    application_id: APPLICATION,
    type: 1,
    event: { type, timestamp: microsecondsNow(), data },
  };
  return { ...payload };
}

/** Milliseconds since 2015 and 22 bits that tell apart what happened in the same one. */
function freshSnowflake(): string {
  const millis = BigInt(Date.now() - Date.UTC(2015, 0, 1));
  return String((millis << 22n) | BigInt(randomInt(2 ** 22)));
}

function microsecondsNow(): string {
  return `${new Date().toISOString().slice(0, -1)}${String(randomInt(1000)).padStart(3, '0')}`;
}
