import { DAY_MS, dayOf, parseDay, type SourceSpec } from '@tessera/api';
import type { FileFacts, SourceFacts } from './facts.js';
import type { QueryPlan } from './plan.js';
import { type Reach, reachRange } from './prune.js';
import { relocate, relocation } from './relocate.js';
import { mergeRuns, type Run, type Runs } from './runs.js';
import { indexSpans } from './span-index.js';

/** How a source is asked: at which instant, and how far back. */
export interface Rule {
  readonly query: Omit<QueryPlan, 'name'>;
  readonly reach: Reach;
}

/** Half-open, infinite where there is no limit: ms of events, or days of snapshots. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const UNLIMITED: Range = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** A source's files, made ready once so that those of a range are found without looking at each. */
export interface SourceFiles {
  /** What is looked at for left rows whose queries lie between; null = unknown. */
  readonly range: (rule: Rule, minMs: number | null, maxMs: number | null) => Range;
  /** Files that may hold a row of the range, as positions in the source's files. */
  readonly find: (range: Range) => Runs;
}

export function sourceFiles(source: SourceSpec, facts: SourceFacts): SourceFiles {
  if (source.kind === 'events')
    return {
      range: eventTimes,
      find: source.eventId === undefined ? events(facts) : repeats(facts),
    };
  return { range: source.static === true ? () => UNLIMITED : snapshotDays, find: snapshots(facts) };
}

function eventTimes({ query, reach }: Rule, minMs: number | null, maxMs: number | null): Range {
  const { startMs, endMs } = reachRange(reach, query, minMs, maxMs);
  return { start: startMs ?? UNLIMITED.start, end: endMs ?? UNLIMITED.end };
}

/** Entity partitions are read by queries of the day behind them: `day(q - lag) - 1` (S3.2). */
function snapshotDays({ query }: Rule, minMs: number | null, maxMs: number | null): Range {
  if (minMs === null || maxMs === null) return UNLIMITED;
  return { start: dayOf(minMs - query.lagMs) - 1, end: dayOf(maxMs - query.lagMs) };
}

/** A file of no partition is that of every day; one of a label that is no day is read where days are not known. */
function snapshots({ files }: SourceFacts): SourceFiles['find'] {
  const inDays = indexSpans(
    files.map(({ ds }) => {
      if (ds === null) return { first: UNLIMITED.start, last: UNLIMITED.end };
      const day = parseDay(ds) ?? UNLIMITED.start;
      return { first: day, last: day };
    }),
  );
  return ({ start, end }) => inDays(start, end);
}

/** A file without statistics may hold any time. */
function events({ files }: SourceFacts): (range: Range) => Run[] {
  const inTimes = indexSpans(
    files.map(({ rows, minTimeMs, maxTimeMs }) =>
      rows === 0 ? null : { first: minTimeMs ?? UNLIMITED.start, last: maxTimeMs ?? UNLIMITED.end },
    ),
  );
  return ({ start, end }) => inTimes(start, end);
}

/**
 * The same for a source with `eventId`: repeats of an event are looked for in whole partitions (S1.5), so all of a
 * partition's files are read where one is. Without ds folders a partition is a UTC day.
 */
function repeats(facts: SourceFacts): SourceFiles['find'] {
  const { files, hive } = facts;
  const found = events(facts);
  if (!hive)
    return ({ start, end }) =>
      found({ start: dayOf(start) * DAY_MS, end: Math.ceil(end / DAY_MS) * DAY_MS });
  const filled = relocation(Int32Array.from(files, ({ rows }, idx) => (rows > 0 ? idx : -1)));
  const { from, until } = partitionEnds(files);
  return (range) => {
    const whole = found(range).map(([first, count]): Run => {
      const start = from[first]!;
      return [start, until[first + count - 1]! - start];
    });
    return relocate(mergeRuns(whole), filled);
  };
}

/** Of each file, where the files of its partition begin and end: they follow one another. */
function partitionEnds(files: readonly FileFacts[]): { from: Int32Array; until: Int32Array } {
  const from = new Int32Array(files.length);
  const until = new Int32Array(files.length);
  for (let idx = 0; idx < files.length; idx++)
    from[idx] = idx > 0 && files[idx]!.ds === files[idx - 1]!.ds ? from[idx - 1]! : idx;
  for (let idx = files.length - 1; idx >= 0; idx--)
    until[idx] = from[idx + 1] === from[idx] ? until[idx + 1]! : idx + 1;
  return { from, until };
}
