/**
 * Written by hand from Discord's documentation, with what a workflow may want; events have more fields. Ids are
 * snowflakes: whole numbers of up to 20 digits, as text.
 *
 * @see https://docs.discord.com/developers/events/webhook-events#event-types
 */

export interface DiscordUser {
  readonly id: string;
  readonly username: string;
  readonly global_name: string | null;
}

/** Somebody added the application, to a server (`integration_type` 0, with `guild`) or to their account (1). */
export interface DiscordAuthorization {
  readonly integration_type?: 0 | 1;
  readonly user: DiscordUser;
  readonly scopes: readonly string[];
  readonly guild?: { readonly id: string; readonly name: string };
}

export interface DiscordDeauthorization {
  readonly user: DiscordUser;
}

/** What a user or a server may use, since it was bought or given. */
export interface DiscordEntitlement {
  readonly id: string;
  readonly sku_id: string;
  readonly application_id: string;
  readonly type: number;
  readonly user_id?: string;
  readonly guild_id?: string;
  readonly deleted: boolean;
  readonly consumed?: boolean;
  readonly starts_at?: string | null;
  readonly ends_at?: string | null;
}

interface EventData {
  APPLICATION_AUTHORIZED: DiscordAuthorization;
  APPLICATION_DEAUTHORIZED: DiscordDeauthorization;
  ENTITLEMENT_CREATE: DiscordEntitlement;
  ENTITLEMENT_UPDATE: DiscordEntitlement;
  ENTITLEMENT_DELETE: DiscordEntitlement;
}

/** Types of events that have a payload type; others arrive as well, and run the fallback workflow. */
export type DiscordEventType = keyof EventData;

export interface DiscordPayload<Type extends DiscordEventType> {
  readonly version: number;
  readonly application_id: string;
  readonly type: 1;
  readonly event: {
    readonly type: Type;
    /** In UTC, without a zone: `2024-10-18T14:42:53.064834`. */
    readonly timestamp: string;
    readonly data: EventData[Type];
  };
}
