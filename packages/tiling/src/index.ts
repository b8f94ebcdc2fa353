export { buildTiles, type TileInput } from './build-tiles.js';
export {
  type StateFamily,
  type StateKind,
  statesOf,
  TILE_FORMAT,
  type TypedColumn,
  tileSetHash,
  valueType,
} from './families.js';
export { LEVELS, type Level, levelMs, levelOfWindow, tileStartMs } from './hops.js';
export { mergeTiles } from './merge-tiles.js';
export { inPhysicalKind, physicalKind } from './physical.js';
export type { StateInput } from './row-lanes.js';
export {
  noStates,
  type StateColumns,
  type StateField,
  stateColumn,
  stateFields,
} from './state-columns.js';
export { stateOfTiles, type Tiles } from './tiles.js';
