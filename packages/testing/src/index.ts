export { compareRows, type Mismatch } from './compare.js';
export { features, type GivenFeatures, groupByFeatures } from './features.js';
export { table } from './table.js';
