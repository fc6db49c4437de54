export { MemoryStorage } from './memory-storage.js';
export { RedisStorage } from './redis-storage.js';
