import type Stripe from 'stripe';

/** Every type of snapshot event that the SDK knows, such as `payment_intent.succeeded`. */
export type StripeEventType = Stripe.Event['type'];

/** The event of that type, with the object it is about in `data.object`. */
export type StripePayload<Type extends StripeEventType> = Extract<Stripe.Event, { type: Type }>;
