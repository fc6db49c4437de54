/** A topic such as `orders/create`, or a resource and an action of Events such as `Product.update`. */
export type ShopifyEventType = `${string}/${string}` | `${string}.${string}`;

/** The resource as the Admin API has it, which differs from topic to topic and from version to version. */
export type ShopifyPayload = Readonly<Record<string, unknown>>;
