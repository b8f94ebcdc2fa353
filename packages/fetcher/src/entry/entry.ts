import { StateFormatError } from '@tessera/algebra';
import { type BadValue, openValue, readRow } from '@tessera/kv-writer';
import type { Raw } from '../plan/raw.js';
import type { PlannedPart } from '../plan/serving-plan.js';
import type { Frame } from '../plan/states-plan.js';
import { type StatesEntry, statesEntry } from './states-entry.js';

/** What a store has below one key, read as far as it was needed. */
export interface Entry {
  /** Null: there is no such key. */
  readonly bytes: Uint8Array | null;
  parsed: Parsed | null;
}

type Parsed =
  | { readonly holds: 'states'; readonly states: StatesEntry }
  | { readonly holds: 'rows'; readonly values: readonly Raw[] }
  | BadEntry;

/** Bytes that are no value of the part. */
export interface BadEntry {
  readonly holds: 'bad';
  readonly why: BadValue | 'contents';
  readonly detail: string;
}

export function entryOf(bytes: Uint8Array | null): Entry {
  // Of a Buffer every view is a Buffer too, which is slow to make.
  const plain =
    bytes === null ? null : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: plain, parsed: null };
}

/** Values by feature of the part, or why there are none. `frame` is null for rows of entities. */
export function entryValues(
  entry: Entry,
  { reads, fingerprint, empty }: PlannedPart,
  frame: Frame | null,
): readonly Raw[] | BadEntry {
  const { bytes } = entry;
  if (bytes === null || reads === null) return empty;
  try {
    entry.parsed ??= parse(bytes, reads, fingerprint);
    const { parsed } = entry;
    if (parsed.holds === 'bad') return parsed;
    if (parsed.holds === 'states')
      return reads.holds === 'states' && frame !== null
        ? parsed.states.values(reads, frame, empty)
        : unfit();
    if (reads.holds !== 'rows') return unfit();
    return reads.positions.map((position) => parsed.values[position] ?? null);
  } catch (error) {
    if (!(error instanceof StateFormatError)) throw error;
    const bad: BadEntry = { holds: 'bad', why: 'contents', detail: error.message };
    entry.parsed = bad;
    return bad;
  }
}

export function isBadEntry(values: readonly Raw[] | BadEntry): values is BadEntry {
  return 'holds' in values;
}

function parse(
  bytes: Uint8Array,
  reads: NonNullable<PlannedPart['reads']>,
  fingerprint: Uint8Array,
): Parsed {
  const opened = openValue(bytes, fingerprint);
  if (opened.bad !== undefined)
    return { holds: 'bad', why: opened.bad, detail: DETAILS[opened.bad] };
  const { payload } = opened;
  if (reads.holds === 'rows') return { holds: 'rows', values: readRow(payload, reads.types) };
  return { holds: 'states', states: statesEntry(payload, reads) };
}

const DETAILS: Readonly<Record<BadValue, string>> = {
  truncated: 'a value is cut short',
  damaged: 'the checksum of a value does not fit',
  format: 'a value is of another format',
  schema: 'a value was written by another definition',
};

/** An entry belongs to one part of one version, whose plans all read it alike. */
function unfit(): BadEntry {
  return { holds: 'bad', why: 'schema', detail: DETAILS.schema };
}
