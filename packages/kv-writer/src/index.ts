export { STORE_FAULT_POINTS, type StoreFaultPoint } from './faults.js';
export { openStore } from './open-store.js';
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
