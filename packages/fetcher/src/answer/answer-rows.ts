import { isTesseraError, type RowValue, TesseraError } from '@tessera/api';
import { entryKey, type ServedPart } from '@tessera/kv-writer';
import { type Entry, entryValues, isBadEntry } from '../entry/entry.js';
import type { EntriesRead, EntryPlace, EntryReader } from '../entry/entry-reader.js';
import type { PartStatus } from '../fetched.js';
import type { Raw } from '../plan/raw.js';
import { refusalOf } from '../plan/raw.js';
import type { PlannedPart, ServingPlan } from '../plan/serving-plan.js';
import type { RequestRead } from '../request/read-request.js';
import type { Answering } from './answer-options.js';
import { explainPart } from './explain-part.js';
import type { ColumnExplanation } from './explanation.js';
import { fillRow } from './fill-row.js';
import { type PartMoment, partMoment } from './part-moment.js';

export interface AnsweredRow {
  readonly row: Record<string, RowValue>;
  readonly parts: readonly PartStatus[];
  readonly explain: readonly ColumnExplanation[] | null;
}

export interface Answered {
  readonly rows: readonly AnsweredRow[];
  readonly hits: number;
  readonly misses: number;
}

const ROWS_AT_ONCE = 100;

/** What one part of one row reads. */
interface PartRead {
  readonly part: PlannedPart;
  readonly moment: PartMoment;
  /** Position among the places that are read; -1 = nothing is read. */
  readonly place: number;
  readonly hasNullKey: boolean;
}

/** From where, and what is told of it. */
export interface AnswerFrom {
  /** Null where no version could be opened: then every part is refused. */
  readonly entries: EntryReader | null;
  readonly asOfMs: number | null;
  /** Of the store, for messages. */
  readonly where: string;
  /** What is left of the time that the call may take. */
  readonly waitMs?: number | undefined;
}

/**
 * Rows, all from one version.
 *
 * Throws  STORE_VERSION_GONE; the signal's reason. Whatever else goes wrong is told in the parts that it concerns.
 */
export async function answerRows(
  plan: ServingPlan,
  { entries, asOfMs, where, waitMs }: AnswerFrom,
  requests: readonly RequestRead[],
  { maxAge, timeoutMs, signal, explain }: Answering,
): Promise<Answered> {
  const places: EntryPlace[] = [];
  const reads = requests.map(({ atMs, values }) =>
    plan.parts.map((part): PartRead => {
      const moment = partMoment(part, atMs, maxAge, asOfMs);
      const keys = part.defined.keys.map((input) => values[input] ?? null);
      const hasNullKey = keys.includes(null);
      const { served } = part;
      if (served === null || hasNullKey || moment.gives !== 'values')
        return { part, moment, place: -1, hasNullKey };
      places.push(placeOf(served, moment.day, keys));
      return { part, moment, place: places.length - 1, hasNullKey };
    }),
  );
  const late = () => new TesseraError('TIMEOUT', { store: where, timeoutMs: timeoutMs ?? 0 });
  const none: EntriesRead = { entries: [], hits: 0, misses: 0 };
  signal?.throwIfAborted();
  const read =
    places.length === 0 || entries === null
      ? none
      : await entries.read(places, { timeoutMs: waitMs, signal, late });
  const gone = read.entries.find((one) => isTesseraError(one) && one.code === 'STORE_VERSION_GONE');
  if (gone !== undefined) throw gone;
  const rows: AnsweredRow[] = [];
  for (const [idx, request] of requests.entries()) {
    // Others have their turn while many rows are made.
    if (idx % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await new Promise(setImmediate);
    const { values, isKnown } = plan.blackboard;
    values.fill(null);
    isKnown.fill(0);
    const explanations: ColumnExplanation[] = [];
    const parts = reads[idx]!.map((one) => {
      const entry = one.place < 0 ? null : read.entries[one.place]!;
      const status = answerPart(one, entry, { plan, request, values, isKnown, where });
      // Entries are read by now.
      if (explain) explanations.push(...explainPart(plan, one, entry));
      return status;
    });
    const row = fillRow(plan, request, values, isKnown);
    rows.push({ row, parts, explain: explain ? explanations : null });
  }
  return { rows, hits: read.hits, misses: read.misses };
}

/** Keys of a part are scalars, of the kinds that it says: whatever is declared otherwise is refused where it is defined. */
function placeOf(served: ServedPart, day: number | null, keys: readonly Raw[]): EntryPlace {
  const key = entryKey(served, day, keys as Parameters<typeof entryKey>[2]);
  return { key, text: latin1(key) };
}

const characters = Buffer.alloc(256);

/** One character a byte. */
function latin1(bytes: Uint8Array): string {
  if (bytes.length > characters.length) return Buffer.from(bytes).toString('latin1');
  characters.set(bytes);
  return characters.toString('latin1', 0, bytes.length);
}

interface Into {
  readonly plan: ServingPlan;
  readonly request: RequestRead;
  readonly values: Raw[];
  /** 1 where a feature's value is what it would be in a training set, or what a policy asked for. */
  readonly isKnown: Uint8Array;
  readonly where: string;
}

function answerPart(
  { part, moment, hasNullKey }: PartRead,
  entry: Entry | Error | null,
  into: Into,
): PartStatus {
  const { defined, added, empty } = part;
  const { status, asOfMs, ageMs, error } = moment;
  const told = (of: Pick<PartStatus, 'status'>, why: TesseraError | null): PartStatus => {
    const plain = { part: defined.name, status: of.status, asOfMs, ageMs };
    if (added.length === 0 && why === null) return plain;
    return { ...plain, ...(added.length > 0 && { added }), ...(why !== null && { error: why }) };
  };
  const failed = (why: TesseraError) => told({ status: 'error' }, why);
  const give = (values: readonly Raw[] | null) => {
    for (let slot = defined.first; slot < defined.end; slot++) {
      if (values !== null) into.values[slot] = values[slot - defined.first]!;
      into.isKnown[slot] = 1;
    }
  };
  if (moment.gives === 'nothing') {
    // A day without a partition that may lack one is null in training too.
    if (status === 'ok') give(null);
    return told(moment, error);
  }
  // S4.2: a row with a null key has no features, counts neither.
  if (hasNullKey) give(null);
  else if (moment.gives === 'empty') give(empty);
  else {
    if (entry === null) return failed(internal('a part was not read'));
    if (entry instanceof Error) return failed(asTesseraError(entry, into.where));
    const { reads, served } = part;
    const frame =
      reads?.holds === 'states' && served !== null ? reads.frame(moment.queryMs, moment.day) : null;
    const values = entryValues(entry, part, frame);
    if (isBadEntry(values))
      return failed(
        new TesseraError('STORE_DAMAGED', { store: into.where, reason: values.detail }),
      );
    give(values);
    const refused = refusedValue(part, values, into);
    if (refused !== null) return failed(refused);
  }
  return told(moment, error);
}

/** Values that a training set is refused for (S5.3): they are null, and the first is told. */
function refusedValue(
  { defined: { first, keys } }: PlannedPart,
  values: readonly Raw[],
  { plan, request, isKnown }: Into,
): TesseraError | null {
  let told: TesseraError | null = null;
  for (let idx = 0; idx < values.length; idx++) {
    const value = values[idx]!;
    if (typeof value !== 'object' || value === null) continue;
    const problem = refusalOf(value);
    if (problem === null) continue;
    isKnown[first + idx] = 0;
    told ??= new TesseraError(problem.problem, {
      column: plan.definition.features[first + idx]!.column.name,
      key: keys.map((input) => String(request.values[input])).join(', '),
      detail: problem.detail,
    });
  }
  return told;
}

function asTesseraError(error: Error, where: string): TesseraError {
  if (isTesseraError(error)) return error;
  return new TesseraError(
    'STORE_UNAVAILABLE',
    { store: where, reason: error.message },
    { cause: error },
  );
}

function internal(reason: string): TesseraError {
  return new TesseraError('INTERNAL', { reason });
}
