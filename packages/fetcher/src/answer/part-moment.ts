import { DAY_MS, formatDay, formatInstantNs, TesseraError } from '@tessera/api';
import { queryInstant, type ServedPart, snapshotDay } from '@tessera/kv-writer';
import type { MaxAge } from '../options.js';
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
    const blank = { queryMs: atMs, day: null, asOfMs, ageMs: null };
    if (refused !== null) return { ...blank, gives: 'nothing', status: 'error', error: refused };
    // All of its columns were added since.
    return { ...blank, gives: 'empty', status: 'ok', error: null };
  }
  const queryMs = queryInstant(served, atMs);
  const day = served.days === null ? null : snapshotDay(served, atMs);
  const knownMs = knownOf(served, day);
  const ageMs = Math.max(0, queryMs - knownMs);
  const moment = { queryMs, day, asOfMs: knownMs, ageMs };
  if (maxAge !== undefined && ageMs > maxAge.maxAgeMs && maxAge.then !== 'serve') {
    const { maxAgeMs } = maxAge;
    const error = new TesseraError('TOO_OLD', { part: defined.name, ageMs, maxAgeMs });
    return maxAge.then === 'default'
      ? { ...moment, gives: 'empty', status: 'stale', error }
      : { ...moment, gives: 'nothing', status: 'error', error };
  }
  const p = atMs - served.lagMs;
  if (p < served.firstMs || p > served.lastMs)
    return {
      ...moment,
      gives: 'nothing',
      status: 'stale',
      error: notAnswered(defined.name, served, atMs),
    };
  if (day !== null && served.days !== null && !served.days.present.includes(day)) {
    const { present, missing } = served.days;
    const isLater = day > (present.at(-1) ?? Number.NEGATIVE_INFINITY);
    if (!isLater && missing === 'null')
      return { ...moment, gives: 'nothing', status: 'ok', error: null };
    const error = isLater
      ? notAnswered(defined.name, served, atMs)
      : new TesseraError('MISSING_SNAPSHOT', {
          source: defined.spec.groupBy.source.name,
          days: [formatDay(day)],
          part: defined.name,
        });
    return { ...moment, gives: 'nothing', status: isLater ? 'stale' : 'error', error };
  }
  if (maxAge === undefined || ageMs <= maxAge.maxAgeMs)
    return { gives: 'values', status: 'ok', queryMs, day, asOfMs: knownMs, ageMs, error: null };
  const { maxAgeMs } = maxAge;
  const error = new TesseraError('TOO_OLD', { part: defined.name, ageMs, maxAgeMs });
  return { ...moment, gives: 'values', status: 'stale', error };
}

/** Events before this instant are in: of entities, the end of their partition's day. */
function knownOf(served: ServedPart, day: number | null): number {
  if (day !== null) {
    const { present } = served.days!;
    const last = present.findLast((one) => one <= day) ?? present[0] ?? day;
    return (last + 1) * DAY_MS;
  }
  return served.holds === 'states' ? served.knownMs : served.lastMs;
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
