import { type ByteWriter, byteWriter, type ScalarValue } from '@tessera/algebra';
import {
  beginValue,
  endValue,
  fingerprintBytes,
  type ServedStates,
  writeEntryKey,
  writePieces,
} from '@tessera/kv-writer';
import { type Cells, stateOfTiles } from '@tessera/tiling';
import type { Strings } from '../explain/tile-state.js';
import { type RunFile, type RunWriter, runWriter } from '../upload/run-file.js';
import { type StateEncoder, stateEncoder } from './state-encoder.js';
import type { EncodeStatesTask } from './task.js';

/** What entries are written from. */
export interface EntriesFrom {
  /** By axis, sorted by code; codes begin with 0. */
  readonly cells: readonly Cells[];
  /** Values of the keys' columns, by code. */
  readonly keys: readonly (readonly ScalarValue[])[];
  readonly strings: Strings;
  /** Throws once nobody waits for them any more. */
  readonly check: () => void;
}

/** One entry for every key that anything is in, in the order of keys. */
export function writeEntries(
  task: EncodeStatesTask,
  { cells, keys, strings, check }: EntriesFrom,
): RunFile {
  const { part, day } = task;
  const axes = cells.map((own, axis): EncodedAxis => {
    const states = task.served.filter((state) => state.axis === axis);
    const encoders = states.map(({ families, idx }) => {
      const columns = families.map((hash) => stateOfTiles(own, hash));
      return stateEncoder(part.states[idx]!, columns, strings);
    });
    return { cells: own, encoders, next: 0 };
  });
  const file = runWriter(task.file);
  const writing = { part, day, axes, keys, file, fingerprint: fingerprintBytes(part.fingerprint) };
  const count = task.range.to - task.range.from;
  try {
    for (let from = 0; from < count; from += KEYS_AT_ONCE) {
      check();
      writeKeys(writing, from, Math.min(count, from + KEYS_AT_ONCE));
    }
  } catch (error) {
    file.abandon();
    throw error;
  }
  return file.end();
}

const KEYS_AT_ONCE = 1024;

interface EncodedAxis {
  readonly cells: Cells;
  readonly encoders: readonly StateEncoder[];
  /** The first cell of the keys that are not written yet. */
  next: number;
}

interface Writing {
  readonly part: ServedStates;
  readonly day: number | null;
  readonly axes: readonly EncodedAxis[];
  readonly keys: EntriesFrom['keys'];
  readonly file: RunWriter;
  readonly fingerprint: Uint8Array;
}

function writeKeys(writing: Writing, from: number, to: number): void {
  const { part, day, keys, file } = writing;
  const { bytes } = file;
  const key = new Array<ScalarValue>(keys.length);
  for (let code = from; code < to; code++) {
    for (let idx = 0; idx < key.length; idx++) key[idx] = keys[idx]![code]!;
    file.begin();
    writeEntryKey(bytes, part, day, key);
    file.valueBegins();
    if (writeValue(bytes, writing, code)) file.endEntry();
    else file.dropEntry();
  }
}

/** Returns whether anything is in it. */
function writeValue(bytes: ByteWriter, { axes, fingerprint }: Writing, code: number): boolean {
  const from = bytes.length;
  beginValue(bytes, fingerprint);
  let isEmpty = true;
  for (let a = 0; a < axes.length; a++) if (writeAxis(bytes, axes[a]!, code)) isEmpty = false;
  endValue(bytes, from);
  return !isEmpty;
}

/** Of `writeAxis`, used again for every key of a thread. */
const states = byteWriter();
let ends = new Int32Array(64);
let isKept = new Uint8Array(64);

/** Pieces of the next key that something is in. Returns whether there are any. */
function writeAxis(bytes: ByteWriter, axis: EncodedAxis, code: number): boolean {
  const { cells, encoders } = axis;
  const from = axis.next;
  let to = from;
  while (to < cells.rows && cells.code[to] === code) to++;
  axis.next = to;
  const rows = to - from;
  if (isKept.length < rows) isKept = new Uint8Array(2 * rows);
  if (ends.length < rows * encoders.length) ends = new Int32Array(2 * rows * encoders.length);
  const count = encodeStates(encoders, from, rows);
  if (count === rows) {
    writePieces(bytes, cells.startMs, { from, to, count, marked: null });
    states.copyTo(bytes, 0, states.length);
    return rows > 0;
  }
  writePieces(bytes, cells.startMs, { from, to, count, marked: isKept });
  for (let at = 0; at < rows * encoders.length; at++)
    if (isKept[at % rows] === 1) states.copyTo(bytes, at === 0 ? 0 : ends[at - 1]!, ends[at]!);
  return count > 0;
}

/** Lengths and bytes of the states of one key, where each ends, and which of its pieces hold anything. Returns how many do. */
function encodeStates(encoders: readonly StateEncoder[], from: number, rows: number): number {
  states.clear();
  for (let row = 0; row < rows; row++) isKept[row] = 0;
  let kept = 0;
  for (let s = 0; s < encoders.length; s++) {
    const encode = encoders[s]!;
    for (let row = 0; row < rows; row++) {
      const start = states.length;
      states.byte(0);
      if (encode(from + row, states)) {
        states.sized(start);
        kept += 1 - isKept[row]!;
        isKept[row] = 1;
      }
      ends[s * rows + row] = states.length;
    }
  }
  return kept;
}
