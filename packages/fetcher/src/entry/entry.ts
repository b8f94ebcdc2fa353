import { StateFormatError } from '@tessera/algebra';
import { type BadValue, BYTES_BEHIND, badValue, PAYLOAD_FROM, readRow } from '@tessera/kv-writer';
import type { Raw } from '../plan/raw.js';
import type { PlannedPart } from '../plan/serving-plan.js';
import type { Frame } from '../plan/states-plan.js';
import { mergeStates } from './merge-states.js';

/**
 * What a store has below one key, and what was made of it last, if it was asked for more than once: entries are kept by the
 * thousand, and most of them for nothing.
 */
export interface Entry {
  /** Null: there is no such key. */
  readonly bytes: Uint8Array | null;
  /** Their checksum and schema were compared. */
  isChecked: boolean;
  bad: BadEntry | null;
  /** Values by feature of the part, as `reads` and `frame` give them. */
  values: readonly Raw[] | null;
  reads: PlannedPart['reads'];
  frame: Frame | null;
}

/** Bytes that are no value of the part. */
export interface BadEntry {
  readonly holds: 'bad';
  readonly why: BadValue | 'contents';
  readonly detail: string;
}

export function entryOf(bytes: Uint8Array | null): Entry {
  // Of a Buffer every view is a Buffer too, which is slow to make.
  const plain =
    bytes === null || bytes.constructor === Uint8Array
      ? bytes
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: plain, isChecked: false, bad: null, values: null, reads: null, frame: null };
}

/** Of larger entries values may be many times as large as their bytes, and what is kept would not be what is counted. */
const KEPT_BYTES = 4096;

/** Values by feature of the part, or why there are none. `frame` is null for rows of entities. */
export function entryValues(
  entry: Entry,
  { reads, fingerprint, empty }: PlannedPart,
  frame: Frame | null,
): readonly Raw[] | BadEntry {
  const { bytes } = entry;
  if (bytes === null || reads === null) return empty;
  if (entry.bad !== null) return entry.bad;
  if (entry.values !== null && entry.reads === reads && entry.frame === frame) return entry.values;
  const isKnown = entry.isChecked;
  if (!isKnown) {
    const why = badValue(bytes, fingerprint);
    if (why !== null) return refused(entry, why, DETAILS[why]);
    entry.isChecked = true;
  }
  try {
    const values = valuesOf(bytes, reads, frame, empty);
    if (isKnown && bytes.length <= KEPT_BYTES) {
      entry.reads = reads;
      entry.frame = frame;
      entry.values = values;
    }
    return values;
  } catch (error) {
    if (!(error instanceof StateFormatError)) throw error;
    return refused(entry, 'contents', error.message);
  }
}

export function isBadEntry(values: readonly Raw[] | BadEntry): values is BadEntry {
  return 'holds' in values;
}

/** Whether values were made of its bytes. */
export function wasRead(entry: Entry | Error | null): entry is Entry {
  return entry !== null && !(entry instanceof Error) && entry.isChecked && entry.bad === null;
}

function valuesOf(
  bytes: Uint8Array,
  reads: NonNullable<PlannedPart['reads']>,
  frame: Frame | null,
  empty: readonly Raw[],
): readonly Raw[] {
  const payload = { bytes, from: PAYLOAD_FROM, end: bytes.length - BYTES_BEHIND };
  if (reads.holds === 'states') {
    if (frame === null) throw new StateFormatError('a part', 'its windows are not known');
    return mergeStates(reads, frame, empty, payload);
  }
  const row = readRow(reads.types, bytes, payload.from, payload.end);
  return reads.positions.map((position) => row[position] ?? null);
}

function refused(entry: Entry, why: BadEntry['why'], detail: string): BadEntry {
  entry.bad = { holds: 'bad', why, detail };
  return entry.bad;
}

const DETAILS: Readonly<Record<BadValue, string>> = {
  truncated: 'a value is cut short',
  damaged: 'the checksum of a value does not fit',
  format: 'a value is of another format',
  schema: 'a value was written by another definition',
};
