import { relative } from 'node:path';
import {
  dayOf,
  definitionHash,
  formatDay,
  type GroupBySpec,
  type JoinSpec,
  parseDay,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import {
  checkSchema,
  fileFacts,
  type FileFacts as LakeFile,
  listSource,
  type Relation,
  relationOf,
  type Session,
  type SourceListing,
} from '@tessera/lake';
import {
  daysBetween,
  type FileFacts,
  type LakeFacts,
  type LeftPartitionFacts,
  type PublishedFacts,
  type SourceFacts,
} from '@tessera/planner';
import { leftDays } from './left-days.js';
import type { FilledColumns } from './report.js';

const DAY_MS = 86_400_000;
const NO_DAY = '__none__';

export interface GatherOptions {
  /** Absolute. */
  readonly lake: string;
  readonly start?: string;
  readonly end?: string;
}

/** Everything the planner may know, and how its file numbers become files again. */
export interface Gathered {
  readonly facts: LakeFacts;
  readonly filled: FilledColumns;
  readonly relation: (sourceId: string, fileIdx: readonly number[]) => Relation;
  readonly presentDays: (sourceId: string) => ReadonlySet<string | null>;
}

interface Known {
  readonly source: SourceSpec;
  readonly listing: SourceListing;
  readonly files: readonly LakeFile[];
  readonly filled: readonly string[];
}

/** List, stat and check one source; nothing but footers is read. */
async function know(
  session: Session,
  source: SourceSpec,
  lake: string,
  keys: readonly string[],
): Promise<Known> {
  const listing = await listSource(source, lake);
  const files = await fileFacts(session, source, listing, keys);
  const { filled } = checkSchema(source, files);
  return {
    source,
    listing,
    files,
    filled: filled.map(
      ({ column, files: lacking }) => `${column}: ${lacking.length} of ${files.length} files`,
    ),
  };
}

function plannerFile(file: LakeFile, lake: string): FileFacts {
  const inside = relative(lake, file.path);
  return {
    path: inside.startsWith('..') ? file.path : inside,
    ds: file.ds,
    bytes: file.bytes,
    rows: file.rows,
    minTimeMs: file.timeMinMs,
    maxTimeMs: file.timeMaxMs,
    fingerprint: file.fingerprint,
    timeNulls: file.timeNulls,
    keyNulls: file.nulls,
  };
}

function checkRange(options: GatherOptions): void {
  for (const [name, day] of Object.entries({ start: options.start, end: options.end })) {
    if (day !== undefined && parseDay(day) === null) {
      throw new TesseraError('BAD_RANGE', { reason: `${name} ${JSON.stringify(day)} is no day` });
    }
  }
  if (options.start !== undefined && options.end !== undefined && options.start > options.end) {
    throw new TesseraError('BAD_RANGE', {
      reason: `start ${options.start} is after end ${options.end}`,
    });
  }
}

const inRange = (ds: string, { start, end }: GatherOptions): boolean =>
  // Rows without a day belong to no range, so they are made only when none is asked for.
  ds === NO_DAY
    ? start === undefined && end === undefined
    : (start === undefined || ds >= start) && (end === undefined || ds <= end);

/** Left partitions of `ds` folders, from footers: query times are those of the files, or the end of an entity's day. */
function hivePartitions(known: Known): LeftPartitionFacts[] {
  const byDs = new Map<string, number[]>();
  for (const { ds } of known.listing.partitions) if (ds !== null) byDs.set(ds, []);
  for (const [idx, file] of known.files.entries())
    if (file.ds !== null) byDs.get(file.ds)?.push(idx);
  return [...byDs].map(([ds, fileIdx]) => {
    const files = fileIdx.map((idx) => known.files[idx]!);
    const rows = files.reduce((n, file) => n + file.rows, 0);
    const day = parseDay(ds);
    if (known.source.kind === 'entities') {
      const endMs = day === null ? null : (day + 1) * DAY_MS;
      return { ds, fileIdx, rows, minQueryMs: endMs, maxQueryMs: endMs };
    }
    const least = files.flatMap((file) => (file.timeMinMs === null ? [] : [file.timeMinMs]));
    const greatest = files.flatMap((file) => (file.timeMaxMs === null ? [] : [file.timeMaxMs]));
    // A file without statistics may hold any time, so the partition's range is not known.
    const unknown = files.some(
      (file) => file.rows > 0 && file.timeMinMs === null && file.timeNulls !== file.rows,
    );
    if (unknown || least.length === 0)
      return { ds, fileIdx, rows, minQueryMs: null, maxQueryMs: null };
    return { ds, fileIdx, rows, minQueryMs: Math.min(...least), maxQueryMs: Math.max(...greatest) };
  });
}

async function leftPartitions(
  session: Session,
  known: Known,
  options: GatherOptions,
): Promise<LeftPartitionFacts[]> {
  const all = known.files.map((_, idx) => idx);
  const partitions =
    known.listing.layout === 'hive'
      ? hivePartitions(known)
      : (
          await leftDays(session, {
            source: known.source,
            relation: relationOf(known.source, known.files),
          })
        ).map((day) => ({ ...day, fileIdx: all }));
  const wanted = partitions.filter(({ ds }) => inRange(ds, options));
  if (wanted.length === 0) {
    const range =
      options.start === undefined && options.end === undefined
        ? undefined
        : `${options.start ?? '…'} to ${options.end ?? '…'}`;
    throw new TesseraError('NO_PARTITIONS', {
      path: known.listing.path,
      source: known.source.name,
      ...(range && { range }),
    });
  }
  return wanted.sort((a, b) => (a.ds < b.ds ? -1 : 1));
}

/** Days of a backfill: as asked, or those that the source itself has. */
function gridDays(known: Known, options: GatherOptions): LeftPartitionFacts[] {
  const labels = known.files.flatMap((file) =>
    file.ds !== null && parseDay(file.ds) !== null ? [file.ds] : [],
  );
  const times = known.files.flatMap(({ timeMinMs, timeMaxMs }) =>
    timeMinMs === null || timeMaxMs === null
      ? []
      : [formatDay(dayOf(timeMinMs)), formatDay(dayOf(timeMaxMs))],
  );
  const days = (known.listing.layout === 'hive' ? labels : times).sort();
  const start = options.start ?? days[0];
  const end = options.end ?? days.at(-1);
  if (start === undefined || end === undefined || start > end) {
    throw new TesseraError('NO_PARTITIONS', {
      path: known.listing.path,
      source: known.source.name,
    });
  }
  return daysBetween(start, end).map((ds) => {
    const endMs = (parseDay(ds)! + 1) * DAY_MS;
    return { ds, fileIdx: [], rows: 1, minQueryMs: endMs, maxQueryMs: endMs };
  });
}

/** Key columns under which a source is read by any part. */
function keysOf(
  subject: { readonly join: JoinSpec | null; readonly groupBy: GroupBySpec | null },
  sourceId: string,
): string[] {
  const groupBys = subject.join
    ? subject.join.parts.map((part) => part.groupBy)
    : subject.groupBy
      ? [subject.groupBy]
      : [];
  const keys = groupBys.flatMap(({ source, keys: own }) =>
    definitionHash(source) === sourceId ? own : [],
  );
  return [...new Set(keys)];
}

/** Look at every source of a definition once, all problems of one kind together, and at what is published already. */
export async function gatherFacts(
  session: Session,
  subject: { readonly join: JoinSpec | null; readonly groupBy: GroupBySpec | null },
  options: GatherOptions,
  published: PublishedFacts | null,
): Promise<Gathered> {
  checkRange(options);
  const specs = subject.join
    ? [subject.join.left, ...subject.join.parts.map((part) => part.groupBy.source)]
    : subject.groupBy
      ? [subject.groupBy.source]
      : [];
  const known = new Map<string, Known>();
  for (const source of specs) {
    const id = definitionHash(source);
    if (!known.has(id))
      known.set(id, await know(session, source, options.lake, keysOf(subject, id)));
  }
  const first = known.get(definitionHash(specs[0]!))!;
  const sources: Record<string, SourceFacts> = {};
  for (const [id, { listing, files }] of known) {
    sources[id] = {
      hive: listing.layout === 'hive',
      files: files.map((file) => plannerFile(file, options.lake)),
    };
  }
  const left = subject.join
    ? await leftPartitions(session, first, options)
    : gridDays(first, options);
  return {
    facts: { sources, left, published },
    filled: Object.fromEntries([...known].map(([id, { filled }]) => [id, filled])),
    relation: (sourceId, fileIdx) => {
      const one = known.get(sourceId)!;
      return relationOf(
        one.source,
        fileIdx.map((idx) => one.files[idx]!),
      );
    },
    presentDays: (sourceId) => new Set(known.get(sourceId)!.listing.partitions.map(({ ds }) => ds)),
  };
}
