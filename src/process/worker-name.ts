import { hostname } from 'node:os';

/** Names this process in the audit trail. */
export const WORKER = `worker:${hostname()}:${process.pid}`;
