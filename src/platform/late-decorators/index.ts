export { LateDecorators } from './late-decorators.js';
