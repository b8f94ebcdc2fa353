import { DAY_MS, dayOf, formatDay, parseDay, type SourceSpec, TesseraError } from '@tessera/api';
import { type FileFacts as LakeFile, relationOf, type Session } from '@tessera/lake';
import { daysBetween, type LeftPartitionFacts, type PublishedFacts } from '@tessera/planner';
import { type DayRange, inRange, NO_DAY } from './days.js';
import { checkWhole } from './inputs.js';
import type { Known } from './known-source.js';
import { leftDays } from './left-days.js';

/** False for a file without statistics, and for one with times that are none (S1.3): they hide which are. */
function tellsTimes(
  source: SourceSpec,
  { rows, timeMinMs, timeMaxMs, timeNulls }: LakeFile,
): boolean {
  if (timeMinMs === null || timeMaxMs === null) return rows === 0 || timeNulls === rows;
  const first = source.allowPre1970 ? Number.NEGATIVE_INFINITY : 0;
  return timeMinMs >= first && timeMaxMs < Date.UTC(2201, 0, 1);
}

/** Left partitions of `ds` folders, from footers: query times are those of the files, or the end of an entity's day. */
async function hivePartitions(session: Session, known: Known): Promise<LeftPartitionFacts[]> {
  const { source } = known;
  const byDs = new Map<string, number[]>();
  for (const { ds } of known.listing.partitions) if (ds !== null) byDs.set(ds, []);
  for (const [idx, file] of known.files.entries())
    if (file.ds !== null) byDs.get(file.ds)?.push(idx);
  const filesOf = (ds: string) => byDs.get(ds)!.map((idx) => known.files[idx]!);
  const unclear =
    source.kind === 'entities'
      ? []
      : [...byDs.keys()].filter((ds) => filesOf(ds).some((file) => !tellsTimes(source, file)));
  const looked = new Map(
    unclear.length === 0
      ? []
      : (await daysOf(session, known, unclear.flatMap(filesOf))).map((day) => [day.ds, day]),
  );
  return [...byDs].map(([ds, fileIdx]) => {
    const files = filesOf(ds);
    const rows = files.reduce((n, file) => n + file.rows, 0);
    const day = parseDay(ds);
    const times =
      source.kind === 'entities'
        ? [day === null ? null : (day + 1) * DAY_MS]
        : unclear.includes(ds)
          ? [looked.get(ds)?.minQueryMs ?? null, looked.get(ds)?.maxQueryMs ?? null]
          : files.flatMap((file) => [file.timeMinMs, file.timeMaxMs]);
    const present = times.filter((ms) => ms !== null);
    if (present.length === 0)
      return { ds, fileIdx, rows, minQueryMs: null, maxQueryMs: null, timeless: true };
    return {
      ds,
      fileIdx,
      rows,
      minQueryMs: Math.min(...present),
      maxQueryMs: Math.max(...present),
    };
  });
}

/** Days of rows, with their least and greatest time, from the rows themselves. */
async function daysOf(session: Session, { source }: Known, files: readonly LakeFile[]) {
  await checkWhole([{ source, files }]);
  return leftDays(session, { source, relation: relationOf(source, files) });
}

/** Left partitions of the range. Throws NO_PARTITIONS. */
export async function leftPartitions(
  session: Session,
  known: Known,
  options: DayRange,
  published: PublishedFacts | null,
): Promise<LeftPartitionFacts[]> {
  const all = known.files.map((_, idx) => idx);
  const partitions =
    known.listing.layout === 'hive'
      ? await hivePartitions(session, known)
      : (await daysOf(session, known, known.files)).map((day) => ({
          ...day,
          fileIdx: all,
          timeless: day.minQueryMs === null,
        }));
  const wanted = partitions.filter(({ ds }) => inRange(ds, options));
  // Days of the range may be gone, as long as there are others: what was published of them is to be removed.
  const isGone =
    partitions.length > 0 &&
    Object.keys(published?.partitions ?? {}).some((ds) => inRange(ds, options));
  if (wanted.length === 0 && !isGone) {
    const isAll = options.start === undefined && options.end === undefined;
    const days = partitions.flatMap(({ ds }) => (ds === NO_DAY ? [] : [ds])).sort();
    throw new TesseraError(
      'NO_PARTITIONS',
      {
        path: known.listing.path,
        source: known.source.name,
        ...(partitions.length === 0 && { isEmpty: true }),
        ...(!isAll && { range: `${options.start ?? '…'} to ${options.end ?? '…'}` }),
      },
      !isAll && days.length > 0 ? { hint: `It has ${days[0]} to ${days.at(-1)}.` } : {},
    );
  }
  return wanted.sort((a, b) => (a.ds < b.ds ? -1 : 1));
}

/** Days that a source has: those of its `ds` folders, else of its times, first to last. */
async function ownDays(session: Session, known: Known): Promise<string[]> {
  if (known.listing.layout === 'hive')
    return known.files.flatMap(({ ds }) => (ds !== null && parseDay(ds) !== null ? [ds] : []));
  const unclear = known.files.filter((file) => !tellsTimes(known.source, file));
  const looked = unclear.length === 0 ? [] : await daysOf(session, known, unclear);
  const clear = known.files.filter((file) => tellsTimes(known.source, file));
  const times = clear.flatMap(({ timeMinMs, timeMaxMs }) =>
    timeMinMs === null || timeMaxMs === null ? [] : [timeMinMs, timeMaxMs],
  );
  return [
    ...looked.flatMap(({ ds }) => (ds === NO_DAY ? [] : [ds])),
    ...times.map((ms) => formatDay(dayOf(ms))),
  ];
}

/**
 * The instant that ends a source's data (S2.7): the midnight after the last day that it has, of `ds` folders with a file
 * or else of its times; null where it has no day.
 */
export async function dataEndMs(session: Session, known: Known): Promise<number | null> {
  return endOfDays(await ownDays(session, known));
}

/** The same of days that are known already, in any order. */
export function endOfDays(days: readonly string[]): number | null {
  let last: number | null = null;
  for (const ds of days) {
    const day = parseDay(ds);
    if (day !== null && (last === null || day > last)) last = day;
  }
  return last === null ? null : (last + 1) * DAY_MS;
}

/** Days of a backfill: as asked, or those that the source itself has. */
export async function gridDays(
  session: Session,
  known: Known,
  options: DayRange,
): Promise<LeftPartitionFacts[]> {
  const days = (await ownDays(session, known)).sort();
  const start = options.start ?? days[0];
  const end = options.end ?? days.at(-1);
  if (start === undefined || end === undefined || start > end) {
    throw new TesseraError('NO_PARTITIONS', {
      path: known.listing.path,
      source: known.source.name,
      isEmpty: true,
    });
  }
  const grid = daysBetween(start, end);
  checkSnapshots(known, grid);
  return grid.map((ds) => {
    const endMs = (parseDay(ds)! + 1) * DAY_MS;
    return { ds, fileIdx: [], rows: 1, minQueryMs: endMs, maxQueryMs: endMs };
  });
}

/** S3.2: a day that has no dump is never told from a day without rows. Throws MISSING_SNAPSHOT. */
function checkSnapshots({ source, listing }: Known, grid: readonly string[]): void {
  if (source.kind !== 'entities' || source.static === true) return;
  const have = new Set(listing.partitions.map(({ ds }) => ds));
  const days = grid.filter((ds) => !have.has(ds));
  if (days.length === 0) return;
  const hint = have.has(null) ? NOT_BY_DAY : undefined;
  throw new TesseraError('MISSING_SNAPSHOT', { source: source.name, days }, { hint });
}

export const NOT_BY_DAY =
  'Its files lie in no `ds=` folder: put each dump into that of its day, or declare `static: true`.';
