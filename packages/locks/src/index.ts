export { bootId, describeHolder, type Holder, isAlive, readHolder, thisProcess } from './holder.js';
export {
  type LockFile,
  type LockFiles,
  type LockOptions,
  readLockFile,
  takeLockFile,
} from './lock-file.js';
