import {
  DAY_MS,
  dayOf,
  definitionHash,
  formatDay,
  type JoinSpec,
  type PartSpec,
  parseWindow,
  windowStartMs,
} from '@tessera/api';
import type { InputFile, LakeFacts, LeftPartitionFacts, SourceFacts } from '../src/facts.js';
import { isSameFile } from '../src/same-file.js';

/** What the planner says of inputs, by looking at every file of every part for every partition. */

type Ms = number | null;
interface Range {
  readonly startMs: Ms;
  readonly endMs: Ms;
}

function effectiveMs(queryMs: number, { groupBy, lagMs, at }: PartSpec): number {
  const snapshot = groupBy.source.kind === 'entities' || groupBy.accuracy === 'snapshot';
  const day = dayOf(queryMs - lagMs) * DAY_MS;
  return (snapshot ? day : queryMs - lagMs) + (at === 'inclusive' ? 1 : 0);
}

function eventRange(part: PartSpec, minMs: Ms, maxMs: Ms): Range {
  if (minMs === null || maxMs === null) return { startMs: null, endMs: null };
  const first = effectiveMs(minMs, part);
  const starts = part.groupBy.aggregations.flatMap(({ windows, tail }) =>
    windows.map((window) =>
      window === null
        ? Number.NEGATIVE_INFINITY
        : windowStartMs(first, parseWindow(window), tail ?? part.groupBy.tail),
    ),
  );
  const startMs = Math.min(...starts);
  return {
    startMs: Number.isFinite(startMs) ? startMs : null,
    endMs: effectiveMs(maxMs, part),
  };
}

function filesInRange({ files }: SourceFacts, { startMs, endMs }: Range): number[] {
  return files.flatMap(({ rows, minTimeMs, maxTimeMs }, idx) => {
    const afterStart = startMs === null || maxTimeMs === null || maxTimeMs >= startMs;
    const beforeEnd = endMs === null || minTimeMs === null || minTimeMs < endMs;
    return afterStart && beforeEnd && rows > 0 ? [idx] : [];
  });
}

function filesOfRepeats(facts: SourceFacts, { startMs, endMs }: Range): number[] {
  if (!facts.hive)
    return filesInRange(facts, {
      startMs: startMs === null ? null : dayOf(startMs) * DAY_MS,
      endMs: endMs === null ? null : Math.ceil(endMs / DAY_MS) * DAY_MS,
    });
  const labels = new Set(
    filesInRange(facts, { startMs, endMs }).map((idx) => facts.files[idx]?.ds),
  );
  return facts.files.flatMap((file, idx) => (file.rows > 0 && labels.has(file.ds) ? [idx] : []));
}

export function partFiles(part: PartSpec, facts: SourceFacts, minMs: Ms, maxMs: Ms): number[] {
  const { source } = part.groupBy;
  if (source.kind === 'events') {
    const range = eventRange(part, minMs, maxMs);
    return source.eventId === undefined ? filesInRange(facts, range) : filesOfRepeats(facts, range);
  }
  if (source.static === true || minMs === null || maxMs === null)
    return facts.files.map((_, idx) => idx);
  const first = formatDay(dayOf(minMs - part.lagMs) - 1);
  const last = formatDay(dayOf(maxMs - part.lagMs) - 1);
  return facts.files.flatMap(({ ds }, idx) =>
    ds === null || (ds >= first && ds <= last) ? [idx] : [],
  );
}

export function inputFiles(
  join: JoinSpec,
  { sources }: LakeFacts,
  partition: LeftPartitionFacts,
): InputFile[] {
  const { minQueryMs, maxQueryMs, timeless, fileIdx } = partition;
  const left = sources[definitionHash(join.left)]!;
  const read = fileIdx.map((idx) => left.files[idx]!);
  for (const part of timeless ? [] : join.parts) {
    const facts = sources[definitionHash(part.groupBy.source)]!;
    for (const idx of partFiles(part, facts, minQueryMs, maxQueryMs)) read.push(facts.files[idx]!);
  }
  const byPath = new Map(read.map((file) => [file.path, file]));
  return [...byPath.values()]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, fingerprint, content, stat }) => ({ path, fingerprint, content, stat }));
}

/** Why inputs are not those that a partition was made from; null when they are. */
export function reasonOfInputs(
  before: readonly InputFile[],
  files: readonly InputFile[],
): string | null {
  const known = new Map(before.map((file) => [file.path, file]));
  const added = files.find(({ path }) => !known.has(path));
  if (added) return `input added: ${added.path}`;
  const changed = files.find((file) => !isSameFile(known.get(file.path)!, file));
  if (changed) return `input changed: ${changed.path}`;
  const now = new Set(files.map(({ path }) => path));
  const removed = [...known.keys()].find((path) => !now.has(path));
  return removed === undefined ? null : `input removed: ${removed}`;
}
