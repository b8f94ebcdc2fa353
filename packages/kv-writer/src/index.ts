export { STORE_FAULT_POINTS, type StoreFaultPoint } from './faults.js';
export { readRow, writeRow } from './format/row-payload.js';
export {
  type AxisIndex,
  type AxisStates,
  type StateIndex,
  stateIndex,
  writePieces,
  writeStates,
} from './format/state-payload.js';
export {
  type BadValue,
  BYTES_BEHIND,
  badValue,
  beginValue,
  endValue,
  fingerprintBytes,
  PAYLOAD_FROM,
  sealValue,
  VALUE_FORMAT,
} from './format/value-bytes.js';
export { openStore } from './open-store.js';
export { type Axis, axisOf, pieceAt, pieceEndMs, pieceStartMs } from './spec/axis.js';
export { entryKey, MOST_PARTS, writeEntryKey } from './spec/entry-key.js';
export { queryInstant, snapshotDay } from './spec/query-instant.js';
export {
  type MachineConfig,
  type RowColumn,
  SERVED_FORMAT,
  SERVED_MS,
  type ServedColumn,
  type ServedDays,
  type ServedKey,
  type ServedPart,
  type ServedRows,
  type ServedState,
  type ServedStates,
  type ServedUnit,
} from './spec/served-unit.js';
export { isServed, type UnitPart, unitName, unitParts } from './spec/unit-parts.js';
export { addEntry, checksumOf, newTally, type Tally } from './store/checksum.js';
export { memoryStore } from './store/memory-store.js';
export { checkedRuns, type Runs } from './store/runs.js';
export type {
  Entry,
  Loaded,
  LoadOptions,
  ReadOptions,
  Store,
  StoreReader,
  UploadLock,
  VersionInfo,
  VersionMeta,
  VersionState,
} from './store/store.js';
export { loadVersion, type Upload, type Uploaded } from './upload/load-version.js';
