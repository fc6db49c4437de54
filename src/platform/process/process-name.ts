import { hostname } from 'node:os';

const PLACE = `${hostname()}:${process.pid}`;

/** Names this process in the audit trail, and as the prober of a circuit: no other one that runs has it. */
export const WORKER = `worker:${PLACE}`;

/** Names this process in logs and traces. @param role what it does, by `APP_ROLE` */
export function processName(role: string): string {
  return `${role}:${PLACE}`;
}
