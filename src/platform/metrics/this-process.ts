import { collectDefaultMetrics } from 'prom-client';
import { gauge, registry } from './define.js';

/** Gauges whose names end like a counter's, which a checker of metrics refuses; `nodejs_active_resources` says as much. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const buildInfo = gauge('integration_build_info', 'Always 1; its labels say what is running', [
  'version',
  'node_version',
  'role',
]);
const workerSlots = gauge('integration_worker_slots', 'Runs that this process may execute at a time');
const busySlots = gauge('integration_worker_slots_busy', 'Runs that this process has in hand');
const connections = gauge(
  'integration_database_connections',
  'Connections of this process to the database; those who wait for one as `wanted`',
  ['state'],
);

/** Once in a process: these watch the event loop and the garbage collector from then on. */
export function watchProcess(build: { version: string; role: string }): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  buildInfo.set({ ...build, node_version: process.version }, 1);
}

export function showSlots(all: number, busy: number): void {
  workerSlots.set(all);
  busySlots.set(busy);
}

export function showConnections(idle: number, busy: number, wanted: number): void {
  connections.set({ state: 'idle' }, idle);
  connections.set({ state: 'busy' }, busy);
  connections.set({ state: 'wanted' }, wanted);
}
