export { databaseFault, type DatabaseFault } from './database-error.js';
export { createDedicatedClient } from './dedicated-client.js';
export { EnduringPool } from './enduring-pool.js';
export { createPool, DATABASE_POOL, type DatabasePool } from './pool.js';
export { inTransaction } from './transaction.js';
