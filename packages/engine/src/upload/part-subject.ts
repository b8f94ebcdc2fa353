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
 * A part as a subject of its own: planned as if its left had rows at any ms of the instants. Then no tile is read that any
 * window of theirs would cut, and rows only where one begins or ends inside the finest.
 */
export function partSubject(part: PartSpec, { firstMs, lastMs }: Instants): Subject {
  const { groupBy } = part;
  const { derive: _, only: __, ...plain } = groupBy;
  const isEntities = groupBy.source.kind === 'entities';
  // Of entities only what they read is planned; their partitions are chosen by day.
  const own: PartSpec = isEntities
    ? { ...part, groupBy: plain, missing: 'null' }
    : { ...part, lagMs: 0, at: 'strict', groupBy: { ...plain, accuracy: 'temporal' } };
  const left = leftOf(part);
  const join: JoinSpec = { kind: 'join', name: groupBy.name, left, parts: [own] };
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
    name: groupBy.name,
    join: null,
    groupBy,
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

/** Keys and an instant. */
function leftOf({ keys, groupBy }: PartSpec): SourceSpec {
  const types = new Map(groupBy.source.columns.map(({ name, type }) => [name, type]));
  const columns = new Map(
    keys.flatMap(({ left, right }) => {
      const type = types.get(right);
      return type === undefined ? [] : [[left, { name: left, type, nullable: true }] as const];
    }),
  );
  let time = 'at';
  while (columns.has(time)) time += '_';
  return {
    kind: 'events',
    name: `requests of ${groupBy.name}`,
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
