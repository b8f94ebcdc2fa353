export {
  type BlockMember,
  blockDays,
  blockInput,
  blockMembers,
  blockOf,
  labelsBelow,
} from './blocks.js';
export { buildCells, buildTiles, type CellInput, type TileInput } from './build-tiles.js';
export { type DamagedTiles, damagedTiles, forgetDamaged } from './check-tile-set.js';
export {
  type StateFamily,
  type StateKind,
  statesOf,
  TILE_FORMAT,
  type TypedColumn,
  tileSetHash,
  valueType,
} from './families.js';
export type { Grid } from './grid.js';
export {
  BLOCK_LEVELS,
  type BlockLevel,
  isBlockLevel,
  LEVELS,
  type Level,
  levelMs,
  levelOfWindow,
  PARTITION_LEVELS,
  type PartitionLevel,
  tileStartMs,
} from './hops.js';
export type { TileKey } from './key-order.js';
export { NULL_ELEMENT, UNEQUAL_LENGTHS } from './kinds/vector.js';
export { lookAtManifest, type ManifestState, tileManifestPath } from './manifest-file.js';
export { type MergeBlock, mergeBlock } from './merge-block.js';
export { mergeCells, mergeTiles } from './merge-tiles.js';
export { inPhysicalKind, physicalKind } from './physical.js';
export { publishTiles, removeTiles } from './publish-tiles.js';
export { type ReadTiles, readTileScan, readTiles, tileStringsSql, tilesOf } from './read-tiles.js';
export { measureTileSet, removeTileSet } from './remove-tile-set.js';
export type { StateInput } from './row-lanes.js';
export {
  type StagedTiles,
  type StagePlace,
  type StageTiles,
  stagedPath,
  stageTilePieces,
  stageTiles,
  type TileKeysTable,
  type TilePiece,
} from './stage-tiles.js';
export {
  noStates,
  type StateColumns,
  type StateField,
  stateColumn,
  stateFields,
} from './state-columns.js';
export { type TilePlace, tileSetPath } from './store-layout.js';
export { createStringCodes, type StringCodes, type StringCodesOf } from './string-codes.js';
export {
  type RemovedTileGarbage,
  type RemoveTileGarbage,
  removeTileGarbage,
  type TileGarbage,
  tileGarbage,
} from './tile-garbage.js';
export {
  NO_TILES,
  TILE_MANIFEST_FORMAT,
  type TileBlockEntry,
  type TileBlocks,
  type TileLevelEntry,
  type TileManifest,
  type TilePartitionEntry,
  type TileRowCounts,
  type TileSourceFile,
  type TilesMadeOf,
  tileEntry,
} from './tile-manifest.js';
export { placesOf, type TilePlaces } from './tile-places.js';
export { scanStringsSql, type TileScan, type TileScanSql, tileScanSql } from './tile-scan.js';
export { openTileSet, type TileSet } from './tile-set.js';
export {
  listTileSets,
  type TileLevelSummary,
  type TileSetSummary,
  tileSetHashes,
  tilesOfManifest,
} from './tile-store.js';
export { type Cells, stateOfTiles, type Tiles } from './tiles.js';
