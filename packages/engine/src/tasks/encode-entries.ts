import { type ByteWriter, byteWriter, type ScalarValue } from '@tessera/algebra';
import {
  beginValue,
  endValue,
  fingerprintBytes,
  writeEntryKey,
  writePieces,
} from '@tessera/kv-writer';
import { type Cells, stateOfTiles } from '@tessera/tiling';
import type { Strings } from '../explain/tile-state.js';
import { type RunFile, runWriter } from '../upload/run-file.js';
import { type StateEncoder, stateEncoder } from './state-encoder.js';
import type { EncodeStatesTask } from './task.js';

/** What entries are written from. */
export interface EntriesFrom {
  /** By axis, sorted by code; codes begin with 0. */
  readonly cells: readonly Cells[];
  readonly keyOf: (code: number) => readonly ScalarValue[];
  readonly strings: Strings;
  /** Throws once nobody waits for them any more. */
  readonly check: () => void;
}

/** One entry for every key that anything is in, in the order of keys. */
export function writeEntries(
  task: EncodeStatesTask,
  { cells, keyOf, strings, check }: EntriesFrom,
): RunFile {
  const { part, day } = task;
  const encoders = cells.map((own, axis) =>
    task.served
      .filter((state) => state.axis === axis)
      .map(({ families, idx }) => {
        const columns = families.map((hash) => stateOfTiles(own, hash));
        return stateEncoder(part.states[idx]!, columns, strings);
      }),
  );
  const cursors = cells.map(() => 0);
  const [key, value, scratch] = [byteWriter(), byteWriter(), byteWriter()];
  const fingerprint = fingerprintBytes(part.fingerprint);
  const file = runWriter(task.file);
  try {
    const count = task.range.to - task.range.from;
    for (let code = 0; code < count; code++) {
      value.clear();
      beginValue(value, fingerprint);
      let isEmpty = true;
      cells.forEach((own, axis) => {
        const from = cursors[axis]!;
        let end = from;
        while (end < own.rows && own.code[end] === code) end++;
        cursors[axis] = end;
        if (writeAxis(value, scratch, own, { from, end }, encoders[axis]!)) isEmpty = false;
      });
      if (isEmpty) continue;
      endValue(value);
      key.clear();
      writeEntryKey(key, part, day, keyOf(code));
      file.add(key.view(0, key.length), value.view(0, value.length));
      if (code % 1024 === 0) check();
    }
  } catch (error) {
    file.abandon();
    throw error;
  }
  return file.end();
}

/** Of `writeAxis`, used again for every key of a thread. */
let ends = new Int32Array(0);
let isKept = new Uint8Array(0);

/** Pieces of one key that something is in. Returns whether there are any. */
function writeAxis(
  payload: ByteWriter,
  scratch: ByteWriter,
  cells: Cells,
  { from, end }: { readonly from: number; readonly end: number },
  encoders: readonly StateEncoder[],
): boolean {
  const rows = end - from;
  scratch.clear();
  // Where the bytes of each state and row end; those of nothing where they begin.
  const cellsOfKey = encoders.length * rows;
  if (ends.length < cellsOfKey) ends = new Int32Array(2 * cellsOfKey);
  if (isKept.length < rows) isKept = new Uint8Array(2 * rows);
  isKept.fill(0, 0, rows);
  let kept = 0;
  for (let s = 0; s < encoders.length; s++) {
    const encode = encoders[s]!;
    for (let row = 0; row < rows; row++) {
      if (encode(from + row, scratch) && isKept[row] === 0) {
        isKept[row] = 1;
        kept++;
      }
      ends[s * rows + row] = scratch.length;
    }
  }
  writePieces(payload, kept, (each) => {
    for (let row = 0; row < rows; row++) if (isKept[row] === 1) each(cells.startMs[from + row]!);
  });
  let start = 0;
  for (let at = 0; at < cellsOfKey; at++) {
    const stop = ends[at]!;
    if (isKept[at % rows] === 1) {
      payload.varint(stop - start);
      payload.raw(scratch.view(start, stop));
    }
    start = stop;
  }
  return kept > 0;
}
