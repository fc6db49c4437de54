import { resolve } from 'node:path';

/** A place in the built service, as `folder/Class.method` of its door. */
export type Place =
  | 'store/EventStore.record'
  | 'store/StepStore.begin'
  | 'store/StepStore.finish'
  | 'store/StepStore.keepEntity'
  | 'store/RunStore.claim'
  | 'store/RunStore.settle'
  | 'dispatch/Dispatcher.offer'
  | 'dispatch/Dispatcher.makeJobs';

export type Failure =
  /** The process dies as by `kill -9`. */
  | { readonly then: 'kill' }
  /** The process stops in its tracks, as by SIGSTOP. */
  | { readonly then: 'freeze' }
  /** The call waits until there is such a file. */
  | { readonly then: 'wait'; readonly file: string }
  /** The call does nothing. */
  | { readonly then: 'skip' };

/** Something that goes wrong in the service at a given call. The product knows nothing of it. */
export type Failpoint = Failure & {
  readonly at: Place;
  readonly when: 'before' | 'after';
  /** Only calls that have this text in their arguments count. */
  readonly about?: string;
  /** The how manieth call, from 1; every call if it is left out. */
  readonly call?: number;
};

export const FAILPOINTS_MODULE = resolve('test/faults/preload/failpoints.mjs');

export function failpointEnv(failpoints: readonly Failpoint[]): Record<string, string> {
  return { FAULTS_FAILPOINTS: JSON.stringify(failpoints) };
}
