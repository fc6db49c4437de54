export { GroupCommit, type GroupLimits } from './group-commit.js';
