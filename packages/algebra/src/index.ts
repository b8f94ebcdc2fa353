export {
  type Binary,
  doubleToBinary,
  doubleToRational,
  roundBinary,
  roundRational,
} from './exact/binary.js';
export { productError, twoProduct, twoSum } from './exact/error-free.js';
export {
  addToExpansion,
  bigintToExpansion,
  canonicalExpansion,
  type Expansion,
  expansionToBigInt,
  expansionToBinary,
  mergeExpansion,
  roundExpansion,
} from './exact/expansion.js';
export {
  averageOf,
  type Divisor,
  exactMoment,
  kurtosisOf,
  type MomentRoutes,
  momentRoutes,
  roundedMoment,
  skewOf,
  stddevOf,
  varianceOf,
  weightedAverageOf,
} from './exact/moments.js';
export { powerTerm, productTerm } from './exact/terms.js';
export {
  HLL_ERROR_BOUND,
  HLL_RANKS,
  HLL_REGISTERS,
  hllEstimate,
  hllSlotOfBytes,
  hllSlotOfInt,
  hllSlotOfNumber,
  hllSlotOfString,
} from './sketches/hyperloglog.js';
export {
  PERCENTILE_ERROR_BOUND,
  percentileBucket,
  percentileRank,
  percentilesOf,
  percentileValue,
} from './sketches/percentiles.js';
export { aggregateState } from './states/aggregate-state.js';
export type { HyperLogLogState } from './states/approx-unique-count.js';
export { type BucketedState, bucketed } from './states/bucketed.js';
export type { CountState } from './states/counts.js';
export type { DistinctState } from './states/distinct.js';
export { exploded } from './states/exploded.js';
export type { MomentState } from './states/moments.js';
export type { PercentileState } from './states/percentiles.js';
export type { RateState } from './states/rate-of-change.js';
export {
  type AggregateState,
  FORMAT_VERSION,
  isProblem,
  OPERATIONS,
  type Operation,
  type Problem,
  type Result,
  type ResultByBucket,
  type StateConfig,
} from './states/state.js';
export type { SumState, WeightedState } from './states/sums.js';
export type { VectorState } from './states/vectors.js';
export {
  type Terms,
  writeCount,
  writeExtreme,
  writeFirstLast,
  writeMoments,
  writeSketch,
  writeSum,
  writeWeighted,
} from './states/write-states.js';
export { rowResult, rowValue } from './typed/row-value.js';
export { stateConfig, type TakenTypes } from './typed/state-config.js';
export { kindOf, nearestDoubles, scaleOf } from './typed/value-kind.js';
export {
  type ByteReader,
  type ByteWriter,
  byteReader,
  byteWriter,
  StateFormatError,
} from './values/bytes.js';
export {
  decodeCanonical,
  encodeCanonical,
  readCanonical,
  writeCanonical,
} from './values/canonical.js';
export { type Compare, compareStrings, compareValues } from './values/compare.js';
export {
  isListKind,
  type ListKind,
  type ScalarKind,
  type ScalarValue,
  type Value,
  type ValueKind,
} from './values/kind.js';
export { entropyOf, rateOfChange } from './values/small-formulas.js';
