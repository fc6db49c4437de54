import { hostname } from 'node:os';

/** Names this process in the audit trail, and as the prober of a circuit: no other one that runs has it. */
export const WORKER = `worker:${hostname()}:${process.pid}`;
