export { QUEUE_CONNECTIONS, connectQueue, type QueueConnections } from './queue-backend.js';
