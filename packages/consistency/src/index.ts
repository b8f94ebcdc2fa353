export { checkConsistency } from './check-consistency.js';
export type { ConsistencyOptions, ConsistencyStep } from './options.js';
export { type ConsistencyReport, type Difference, type Example, isConsistent } from './report.js';
