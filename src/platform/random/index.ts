export { newId } from './new-id.js';
export { randomBytes } from './random-bytes.js';
