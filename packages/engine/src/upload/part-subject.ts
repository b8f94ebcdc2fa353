import {
  type ComputedColumn,
  computedColumns,
  DAY_MS,
  dayOf,
  definitionHash,
  formatDay,
  type JoinSpec,
  type PartSpec,
  type SourceSpec,
} from '@tessera/api';
import { type LeftPartitionFacts, planJoin } from '@tessera/planner';
import { tableFile } from '../in-memory/table-file.js';
import type { Subject } from '../subject.js';

/** The instants that a part is asked at; what is planned for them serves them all. */
export interface Instants {
  readonly firstMs: number;
  readonly lastMs: number;
}

/**
 * Parts as a subject of their own: planned as if the left had rows at any ms of the instants. Then no tile is read that any
 * window of theirs would cut, and rows only where one begins or ends inside the finest.
 */
export function partsSubject(
  name: string,
  parts: readonly PartSpec[],
  { firstMs, lastMs }: Instants,
): Subject {
  const left = leftOf(name, parts);
  const join: JoinSpec = { kind: 'join', name, left, parts: parts.map(planned) };
  const computed: readonly ComputedColumn[] = computedColumns(join);
  const asked: LeftPartitionFacts = {
    ds: formatDay(dayOf(lastMs)),
    fileIdx: [0],
    rows: 1,
    minQueryMs: firstMs,
    maxQueryMs: lastMs,
  };
  return {
    kind: 'backfill',
    name,
    join,
    groupBy: null,
    columns: [],
    computed,
    plan: ({ facts }, options) =>
      planJoin(
        join,
        computed,
        {
          ...facts,
          sources: {
            ...facts.sources,
            [definitionHash(left)]: { hive: false, files: [tableFile(1)] },
          },
          left: [asked],
          published: null,
        },
        options,
      ),
  };
}

function planned(part: PartSpec): PartSpec {
  const { derive: _, only: __, ...groupBy } = part.groupBy;
  // Of entities only what they read is planned; their partitions are chosen by day.
  return groupBy.source.kind === 'entities'
    ? { ...part, groupBy, missing: 'null' }
    : { ...part, lagMs: 0, at: 'strict', groupBy: { ...groupBy, accuracy: 'temporal' } };
}

/** Keys and an instant. */
function leftOf(name: string, parts: readonly PartSpec[]): SourceSpec {
  const columns = new Map(
    parts.flatMap(({ keys, groupBy }) =>
      keys.flatMap(({ left, right }) => {
        const type = groupBy.source.columns.find((column) => column.name === right)?.type;
        return type === undefined ? [] : [[left, { name: left, type, nullable: true }] as const];
      }),
    ),
  );
  let time = 'at';
  while (columns.has(time)) time += '_';
  return {
    kind: 'events',
    name: `requests of ${name}`,
    path: 'requests',
    format: 'parquet',
    columns: [...columns.values(), { name: time, type: { kind: 'epoch_ms' }, nullable: true }],
    time,
    allowPre1970: true,
  };
}

/** Days of entities that requests of these instants `p` read (S3.2), first and last. */
export function daysRead({ firstMs, lastMs }: Instants): { first: number; last: number } {
  return { first: dayOf(firstMs) - 1, last: dayOf(lastMs) - 1 };
}

/** The last `p` that reads a day. */
export function lastInstantOf(day: number): number {
  return (day + 2) * DAY_MS - 1;
}
