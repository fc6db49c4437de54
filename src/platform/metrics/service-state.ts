import { gauge } from './define.js';

/** Runs of a provider in one status that is not their last. */
export interface RunsInStatus {
  readonly provider: string;
  readonly status: string;
  readonly runs: number;
}

/** What the database says of the service: all of its processes see the same. */
export interface ServiceState {
  readonly runs: readonly RunsInStatus[];
  /** Of each provider with a run that is due and waits for a worker: for how many seconds the first of them has. */
  readonly waiting: readonly { readonly provider: string; readonly seconds: number }[];
  readonly circuits: readonly {
    readonly name: string;
    readonly state: string;
    readonly waitingRuns: number;
  }[];
  readonly quarantine: readonly {
    readonly provider: string;
    readonly requests: number;
    readonly bytes: number;
  }[];
}

/** Jobs in the queue of a provider in one state, as the queue has them. */
export interface JobsInState {
  readonly provider: string;
  readonly state: string;
  readonly jobs: number;
}

export interface DiskState {
  readonly folder: string;
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

const CIRCUIT_STATES = ['closed', 'open', 'half_open'];

const runs = gauge('integration_runs', 'Runs that are open, and dead letters, as the database has them', [
  'provider',
  'status',
]);
const oldestWaiting = gauge(
  'integration_oldest_waiting_seconds',
  'For how long the run has been due that has waited longest for a worker; 0 if none waits',
  ['provider'],
);
const circuitState = gauge(
  'integration_circuit_state',
  '1 for the state in which a circuit is, 0 for the others',
  ['circuit', 'state'],
);
const circuitWaiting = gauge('integration_circuit_waiting_runs', 'Runs that wait for a circuit to close', [
  'circuit',
]);
const quarantineRequests = gauge('integration_quarantine_requests', 'Refused requests that are held', [
  'provider',
]);
const quarantineBytes = gauge(
  'integration_quarantine_bytes',
  'Of the bodies of refused requests that are held',
  ['provider'],
);
const queueJobs = gauge('integration_queue_jobs', 'Jobs in the queues, as the queue has them', [
  'provider',
  'state',
]);
const diskFree = gauge('integration_disk_free_bytes', 'Free to be written on the disk of a folder', [
  'folder',
]);
const diskSize = gauge('integration_disk_size_bytes', 'Size of the disk of a folder', ['folder']);
const sourceUp = gauge(
  'integration_source_up',
  '1 if what the gauges of a source are read from has answered the last question, else 0',
  ['source'],
);
const sourceAge = gauge(
  'integration_source_age_seconds',
  'How old the readings of a source are; it is missing if there was none yet',
  ['source'],
);

/**
 * Shows what was read; what was not is missing, for an old number looks like a new one.
 *
 * @param providers names for which nothing is told as 0
 */
export function showServiceState(state: ServiceState | undefined, providers: Iterable<string>): void {
  for (const each of [
    runs,
    oldestWaiting,
    circuitState,
    circuitWaiting,
    quarantineRequests,
    quarantineBytes,
  ]) {
    each.reset();
  }
  if (state === undefined) return;
  for (const provider of providers) {
    oldestWaiting.set({ provider }, 0);
    runs.set({ provider, status: 'pending' }, 0);
    runs.set({ provider, status: 'dead_lettered' }, 0);
    quarantineRequests.set({ provider }, 0);
    quarantineBytes.set({ provider }, 0);
  }
  for (const { provider, status, runs: count } of state.runs) runs.set({ provider, status }, count);
  for (const { provider, seconds } of state.waiting) oldestWaiting.set({ provider }, seconds);
  for (const { name: circuit, state: now, waitingRuns } of state.circuits) {
    for (const each of CIRCUIT_STATES) circuitState.set({ circuit, state: each }, each === now ? 1 : 0);
    circuitWaiting.set({ circuit }, waitingRuns);
  }
  for (const { provider, requests, bytes } of state.quarantine) {
    quarantineRequests.set({ provider }, requests);
    quarantineBytes.set({ provider }, bytes);
  }
}

export function showQueue(jobs: readonly JobsInState[] | undefined): void {
  queueJobs.reset();
  for (const { provider, state, jobs: count } of jobs ?? []) queueJobs.set({ provider, state }, count);
}

export function showDisks(disks: readonly DiskState[] | undefined): void {
  diskFree.reset();
  diskSize.reset();
  for (const { folder, freeBytes, sizeBytes } of disks ?? []) {
    diskFree.set({ folder }, freeBytes);
    diskSize.set({ folder }, sizeBytes);
  }
}

/** @param ageMs Infinity if there is none */
export function showSource(source: string, isUp: boolean, ageMs: number): void {
  sourceUp.set({ source }, isUp ? 1 : 0);
  if (Number.isFinite(ageMs)) sourceAge.set({ source }, ageMs / 1_000);
}
