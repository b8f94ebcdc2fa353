export { cleanColumn } from './input/clean.js';
export { type LeftOrders, leftOrders, type SortedLeft } from './order/left-orders.js';
export type { EventLanes, TileStates } from './states/tile-states.js';
export { sweep } from './sweep.js';
export type {
  FeatureSpec,
  SweepCounts,
  SweepInput,
  SweepOutput,
  SweepProblem,
} from './sweep-spec.js';
