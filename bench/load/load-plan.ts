import type { BodySize } from './bodies.js';

/** Deliveries of one provider, each with an id and a signature of its own. */
export interface DeliveryPlan {
  readonly kind: 'deliveries';
  readonly size: BodySize;
  /** Signs them. */
  readonly secret: string;
  /** Makes the ids of this plan others than those of every other. */
  readonly series: string;
  /** Every second delivery repeats an earlier one. */
  readonly repeats?: boolean;
}

/** Requests of the operations API, one after the other, and from the beginning again. */
export interface ReadPlan {
  readonly kind: 'reads';
  readonly paths: readonly string[];
  readonly token: string;
}

export type RequestPlan = DeliveryPlan | ReadPlan;

/** How fast is sent: as fast as the replies come, or at a rate, whatever the replies do. */
export type Pace = 'as replies come' | { readonly perSecond: number };

/** What is sent to whom. It ends when `count` are answered, or after `seconds`. */
export interface LoadPlan {
  readonly url: string;
  readonly requests: RequestPlan;
  readonly connections: number;
  readonly pace: Pace;
  /** Sent before anything is measured, as fast as the replies come. */
  readonly warmUp: number;
  /** Sent for so long after the warm-up, at the pace of the plan, until nobody has any of it left to do. */
  readonly settleSeconds: number;
  readonly count: number;
  readonly seconds: number;
  /** Of those after the warm-up, so many are made and signed before anything is sent; the others when it is their turn. */
  readonly ahead: number;
  /** Sends again what is answered 429 or 503, or not at all, until it is acknowledged or the time is over. */
  readonly persistent?: boolean;
}

export interface LoadResult {
  /** From the first request to the last reply. */
  readonly seconds: number;
  /** Of the replies with a status of success, as `Latencies` gives its entries. */
  readonly latencies: readonly (readonly [number, number])[];
  /** How many replies had each status; 0 stands for none at all. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Of the generator itself. */
  readonly cpuSeconds: number;
}

/** What the generator is told, and what it tells. */
export type Order =
  { readonly order: 'prepare'; readonly plan: LoadPlan } | { readonly order: 'warm up' | 'measure' };
export type Report =
  | { readonly report: 'prepared' | 'warm' }
  | { readonly report: 'measured'; readonly result: LoadResult }
  | { readonly report: 'failed'; readonly message: string };
