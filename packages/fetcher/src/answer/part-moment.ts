import { DAY_MS, formatDay, formatInstantNs, TesseraError } from '@tessera/api';
import { queryInstant, type ServedPart, snapshotDay } from '@tessera/kv-writer';
import type { MaxAge } from '../options.js';
import type { DefinedPart } from '../plan/definition-plan.js';
import type { PlannedPart } from '../plan/serving-plan.js';

/** What an instant means to a part: which windows, which partition, and whether they are answered. */
export interface PartMoment {
  /** values: an entry is read. empty: as of a key without events. nothing: null. */
  readonly gives: 'values' | 'empty' | 'nothing';
  readonly status: 'ok' | 'stale' | 'error';
  /** The instant that windows end at. */
  readonly queryMs: number;
  /** The partition of entities. */
  readonly day: number | null;
  readonly asOfMs: number | null;
  readonly ageMs: number | null;
  readonly error: TesseraError | null;
}

/** S9: what is outside of the upload's time is not answered, and never with another instant's values. */
export function partMoment(
  { defined, served, refused }: PlannedPart,
  atMs: number,
  maxAge: MaxAge | undefined,
  asOfMs: number | null,
): PartMoment {
  if (served === null) {
    // Not refused: all of its columns were added since.
    const found: Found =
      refused === null
        ? { gives: 'empty', status: 'ok', error: null }
        : { gives: 'nothing', status: 'error', error: refused };
    return momentOf(found, { queryMs: atMs, day: null, asOfMs, ageMs: null });
  }
  const queryMs = queryInstant(served, atMs);
  const day = served.days === null ? null : snapshotDay(served, atMs);
  const knownMs = knownOf(served, day);
  const ageMs = Math.max(0, queryMs - knownMs);
  // What holds whenever it is read is known as far as all else is.
  const known = asOfMs === null || day !== null ? knownMs : Math.min(knownMs, asOfMs);
  const isOld = maxAge !== undefined && ageMs > maxAge.maxAgeMs;
  const found = isOld ? oldMoment(defined.name, ageMs, maxAge) : FRESH;
  const answered =
    found.gives === 'values' ? (unanswered(defined, served, atMs, day) ?? found) : found;
  return momentOf(answered, { queryMs, day, asOfMs: known, ageMs });
}

/** Written out: a spread is many times as dear, and there is a moment for each part of each request. */
function momentOf(
  { gives, status, error }: Found,
  { queryMs, day, asOfMs, ageMs }: Pick<PartMoment, 'queryMs' | 'day' | 'asOfMs' | 'ageMs'>,
): PartMoment {
  return { gives, status, queryMs, day, asOfMs, ageMs, error };
}

type Found = Pick<PartMoment, 'gives' | 'status' | 'error'>;

const FRESH: Found = { gives: 'values', status: 'ok', error: null };

function oldMoment(part: string, ageMs: number, { maxAgeMs, then }: MaxAge): Found {
  const error = new TesseraError('TOO_OLD', { part, ageMs, maxAgeMs });
  switch (then) {
    case 'serve':
      return { gives: 'values', status: 'stale', error };
    case 'default':
      return { gives: 'empty', status: 'stale', error };
    case 'error':
      return { gives: 'nothing', status: 'error', error };
  }
}

/** What there is no answer for; null where there is one. */
function unanswered(
  { name, spec }: DefinedPart,
  served: ServedPart,
  atMs: number,
  day: number | null,
): Found | null {
  const p = atMs - served.lagMs;
  if (p < served.firstMs || p > served.lastMs) return stale(name, served, atMs);
  if (day === null || served.days === null || served.days.present.includes(day)) return null;
  const { present, missing } = served.days;
  // As in a training set of the same dumps.
  if (missing === 'null') return { gives: 'nothing', status: 'ok', error: null };
  if (day > (present.at(-1) ?? Number.NEGATIVE_INFINITY)) return stale(name, served, atMs);
  const error = new TesseraError('MISSING_SNAPSHOT', {
    source: spec.groupBy.source.name,
    days: [formatDay(day)],
    part: name,
  });
  return { gives: 'nothing', status: 'error', error };
}

function stale(name: string, served: ServedPart, atMs: number): Found {
  return { gives: 'nothing', status: 'stale', error: notAnswered(name, served, atMs) };
}

/** Events before this instant are in: of entities, the end of their partition's day. */
function knownOf(served: ServedPart, day: number | null): number {
  if (day !== null) {
    const { present } = served.days!;
    const last = present.findLast((one) => one <= day) ?? present[0] ?? day;
    return (last + 1) * DAY_MS;
  }
  // Rows that belong to no day hold for every instant.
  return served.holds === 'states' ? served.knownMs : Number.POSITIVE_INFINITY;
}

function notAnswered(part: string, served: ServedPart, atMs: number): TesseraError {
  const { firstMs, lastMs, lagMs, days } = served;
  const lastDay = days?.present.at(-1);
  const ends = lastDay === undefined ? lastMs : Math.min(lastMs, (lastDay + 2) * DAY_MS - 1);
  return new TesseraError('NOT_ANSWERED', {
    part,
    at: instantText(atMs),
    first: instantText(firstMs + lagMs),
    last: instantText(ends + lagMs),
  });
}

export function instantText(ms: number): string {
  return formatInstantNs(BigInt(ms) * 1_000_000n);
}
