export { diagnose, type RefusedDelivery } from './diagnose.js';
export type { Diagnosis, Finding, Sign } from './diagnosis.js';
export { explainFinding, explainSign, type Explanation } from './explain.js';
export type { Circumstances } from './variations.js';
