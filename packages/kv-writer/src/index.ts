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
