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
export { NULL_ELEMENT, UNEQUAL_LENGTHS } from './kinds/vector.js';
export { mergeTiles } from './merge-tiles.js';
export { inPhysicalKind, physicalKind } from './physical.js';
export {
  createStringCodes,
  type ReadTiles,
  readTiles,
  type StringCodes,
  tileStringsSql,
} from './read-tiles.js';
export type { StateInput } from './row-lanes.js';
export { type StagedTiles, type StageTiles, stageTiles, type TileKey } from './stage-tiles.js';
export {
  noStates,
  type StateColumns,
  type StateField,
  stateColumn,
  stateFields,
} from './state-columns.js';
export { type TilePlace, tileSetPath } from './store-layout.js';
export {
  TILE_MANIFEST_FORMAT,
  type TileLevelEntry,
  type TileManifest,
  type TilePartitionEntry,
} from './tile-manifest.js';
export { openTileSet, publishTiles, removeTiles, type TileSet } from './tile-set.js';
export { stateOfTiles, type Tiles } from './tiles.js';
