/**
 * Written by hand from SendGrid's documentation, with what a workflow may want. What the sender gave a message as
 * custom arguments stands among these fields, under the sender's own names.
 *
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 */

interface MessageEvent<Type extends string> {
  readonly event: Type;
  readonly email: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly sg_event_id: string;
  readonly sg_message_id: string;
  readonly 'smtp-id'?: string;
  readonly category?: string | readonly string[];
  readonly [customArgument: string]: unknown;
}

/** What became of handing the message over. */
interface Handover {
  readonly ip?: string;
  readonly response?: string;
  readonly attempt?: string;
}

/** Why the message did not come through; `status` as in RFC 3463, such as `5.1.1`. */
interface Failure {
  readonly reason?: string;
  readonly status?: string;
}

/** What the recipient did; `sg_machine_open` tells a mail program from a person. */
interface Engagement {
  readonly ip?: string;
  readonly useragent?: string;
  readonly sg_machine_open?: boolean;
}

interface Details {
  processed: unknown;
  deferred: Handover;
  delivered: Handover;
  dropped: Failure;
  /** `type` is `blocked` where the recipient's server may take a later message. */
  bounce: Failure & Handover & { readonly type?: 'bounce' | 'blocked' };
  open: Engagement;
  click: Engagement & { readonly url: string };
  spamreport: unknown;
  unsubscribe: unknown;
  group_unsubscribe: Engagement & { readonly asm_group_id: number };
  group_resubscribe: Engagement & { readonly asm_group_id: number };
}

/** Types of events that have a payload type; others arrive as well, and run the fallback workflow. */
export type SendgridEventType = keyof Details;

export type SendgridPayload<Type extends SendgridEventType> = MessageEvent<Type> & Details[Type];
