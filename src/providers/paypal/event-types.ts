/**
 * PayPal publishes no types for its webhooks. These are written by hand from its documentation and hold what
 * a workflow may want; messages have more fields, and leave out those that are optional here.
 *
 * @see https://developer.paypal.com/api/rest/webhooks/event-names/
 * @see https://developer.paypal.com/docs/api/payments/v2/
 */

export interface PaypalMoney {
  /** ISO 4217, such as `EUR`. */
  readonly currency_code: string;
  /** Decimal, in units of the currency: `10.99`. */
  readonly value: string;
}

export interface PaypalLink {
  readonly href: string;
  readonly rel: string;
  readonly method: string;
}

/** A payment that was taken. It does not name the payer: only the order it belongs to does. */
export interface PaypalCapture {
  readonly id: string;
  readonly status: string;
  readonly amount: PaypalMoney;
  readonly final_capture: boolean;
  /** What the merchant gave with the order, such as its number there. */
  readonly custom_id?: string;
  readonly invoice_id?: string;
  /** Who was paid: the merchant, never the payer. */
  readonly payee?: { readonly email_address?: string; readonly merchant_id?: string };
  readonly seller_protection?: { readonly status: string; readonly dispute_categories?: readonly string[] };
  readonly seller_receivable_breakdown?: {
    readonly gross_amount: PaypalMoney;
    readonly paypal_fee?: PaypalMoney;
    readonly net_amount?: PaypalMoney;
  };
  readonly supplementary_data?: { readonly related_ids?: { readonly order_id?: string } };
  readonly create_time: string;
  readonly update_time: string;
  readonly links: readonly PaypalLink[];
}

/** Money given back; the link with `rel: up` is the capture that it came from. */
export interface PaypalRefund {
  readonly id: string;
  readonly status: string;
  readonly amount: PaypalMoney;
  readonly custom_id?: string;
  readonly invoice_id?: string;
  readonly note_to_payer?: string;
  readonly seller_payable_breakdown?: {
    readonly gross_amount: PaypalMoney;
    readonly paypal_fee?: PaypalMoney;
    readonly net_amount?: PaypalMoney;
    readonly total_refunded_amount?: PaypalMoney;
  };
  readonly create_time: string;
  readonly update_time: string;
  readonly links: readonly PaypalLink[];
}

export interface PaypalEvent<Type extends string, Resource> {
  readonly id: string;
  readonly event_version: string;
  readonly create_time: string;
  readonly resource_type: string;
  readonly resource_version?: string;
  readonly event_type: Type;
  readonly summary: string;
  readonly resource: Resource;
  readonly links: readonly PaypalLink[];
}

interface Resources {
  'PAYMENT.CAPTURE.COMPLETED': PaypalCapture;
  'PAYMENT.CAPTURE.REFUNDED': PaypalRefund;
}

/** Types of events that have a payload type; others arrive as well, and run the fallback workflow. */
export type PaypalEventType = keyof Resources;

export type PaypalPayload<Type extends PaypalEventType> = PaypalEvent<Type, Resources[Type]>;
