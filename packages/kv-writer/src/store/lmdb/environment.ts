import { isTesseraError, TesseraError } from '@tessera/api';
import { type Database, open, type PutOptions, type RootDatabase } from 'lmdb';
import type { Tally } from '../checksum.js';
import type { Entry } from '../store.js';
import { isLong, logicalEntry, physicalEntry, physicalKey } from './physical-key.js';
import { tallyOf } from './tally-entries.js';

/** How far a load came, in the same transaction as what it wrote. */
export interface LoadProgress {
  readonly entries: number;
  readonly bytes: number;
  readonly checksum: string;
  /** Base64. */
  readonly lastKey: string;
}

/** One version's file. Everything throws what LMDB does, an `Error` whose `code` is a number; closing is harmless when repeated. */
export interface Environment {
  /** As it lies: good until anything else is read. */
  get(key: Uint8Array): Uint8Array | null;
  /** Count everything that there is; between two parts of it the process answers to others. */
  tally(): Promise<Tally>;
  progress(): LoadProgress | null;
  /** Entries behind all that there are, and how far that is, in one transaction. */
  append(run: readonly Entry[], progress: LoadProgress): void;
  put(entries: readonly Entry[]): void;
  close(): Promise<void>;
}

/** `loading` leaves it to its caller to sync the file: a crash of the machine may damage it. */
export type OpenFor = 'reading' | 'loading' | 'changing';

/** Open a file of entries; made where it is opened for loading and there is none. */
export function openEnvironment(path: string, openFor: OpenFor): Environment {
  const isReading = openFor === 'reading';
  const root = open({
    path,
    noSubdir: true,
    maxDbs: 2,
    maxReaders: 1024,
    readOnly: isReading,
    ...(openFor === 'loading' && { noSync: true }),
  });
  try {
    return environmentOf(root, isReading);
  } catch (cause) {
    void root.close();
    throw cause;
  }
}

const AT_THE_END = { append: true };
/** Long keys of one beginning stand in the order of their hashes. */
const ANYWHERE = {};

function environmentOf(root: RootDatabase, isReading: boolean): Environment {
  const entries: Database<Buffer, Uint8Array> = root.openDB({
    name: 'entries',
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const load: Database<string, string> | null = isReading
    ? null
    : root.openDB({ name: 'load', encoding: 'string' });
  const store = (key: Uint8Array, value: Uint8Array, options: PutOptions): void => {
    // The binding's types lack what it returns: false for a key that is not behind the last. They ask for a Buffer in vain.
    const isStored = entries.putSync(key, value as Buffer, options) as unknown;
    if (isStored !== false) return;
    throw new TesseraError('INTERNAL', { reason: 'keys of an upload do not ascend' });
  };

  return {
    get(key) {
      const physical = physicalKey(key);
      const found = entries.getBinaryFast(physical);
      if (found === undefined) return null;
      // LMDB's own buffer, longer than it says.
      const value = new Uint8Array(found.buffer, found.byteOffset, found.length);
      return isLong(key) ? (logicalEntry(physical, value)?.value ?? null) : value;
    },
    tally: () => tallyOf(root),
    progress() {
      const text = load?.get('progress');
      // Written below.
      return text === undefined ? null : (JSON.parse(text) as LoadProgress);
    },
    append(run, progress) {
      root.transactionSync(() => {
        for (const entry of run) {
          const { key, value } = isLong(entry.key) ? physicalEntry(entry) : entry;
          store(key, value, isLong(key) ? ANYWHERE : AT_THE_END);
        }
        load?.putSync('progress', JSON.stringify(progress));
      });
    },
    put(changed) {
      root.transactionSync(() => {
        for (const entry of changed) {
          const { key, value } = physicalEntry(entry);
          store(key, value, ANYWHERE);
        }
      });
    },
    close: async () => {
      await root.close();
    },
  };
}

/** What LMDB says of a file that nobody wrote so. */
const DAMAGE = new Set([
  -30797, // MDB_PAGE_NOTFOUND
  -30796, // MDB_CORRUPTED
  -30795, // MDB_PANIC
  -30794, // MDB_VERSION_MISMATCH
  -30793, // MDB_INVALID
]);

/** STORE_DAMAGED for what LMDB could not read; an error of ours stays itself. */
export function readError(store: string, path: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  const { code, message } = cause as { code?: unknown; message?: string };
  const reason = `${path}: ${message ?? String(cause)}`;
  return typeof code === 'number' && !DAMAGE.has(code)
    ? new TesseraError('STORE_UNAVAILABLE', { store, reason }, { cause })
    : new TesseraError('STORE_DAMAGED', { store, reason }, { cause });
}
