import type { JoinSpec, SourceSpec } from '@tessera/api';
import type { Request } from './request.js';

/** A join of one part and one column, whose left is the one row that is asked about. */
export interface AskedJoin {
  readonly join: JoinSpec;
  /** Left column of the instant, epoch ms. */
  readonly time: string;
}

/**
 * The join cut down to what decides one cell: planned and run, it gives what a training set holds. `changed` is the part's
 * source where its rows are handed over already filtered.
 */
export function askedJoin(
  { join, part, column, keys }: Request,
  changed: SourceSpec = part.groupBy.source,
): AskedJoin {
  let time = 'at';
  while (keys.some(({ spec }) => spec.name.toLowerCase() === time)) time += '_';
  // A computed column's value is asked like any other.
  const columns = new Map(
    keys.map(({ spec: { name, type } }) => [name, { name, type, nullable: true }]),
  );
  const left: SourceSpec = {
    kind: 'events',
    name: join.left.name,
    path: join.left.path,
    format: 'parquet',
    columns: [...columns.values(), { name: time, type: { kind: 'epoch_ms' }, nullable: true }],
    time,
    ...(join.left.allowPre1970 === true && { allowPre1970: true }),
  };
  const aggregation = part.groupBy.aggregations[column.aggregationIdx];
  // Derived columns may read others than the one that is asked for, and what is left out is asked for all the same.
  const { derive: _, only: __, ...plain } = part.groupBy;
  const groupBy = {
    ...plain,
    source: changed,
    aggregations: aggregation ? [{ ...aggregation, windows: [column.window] }] : [],
  };
  const { labels: ___, derive: ____, only: _____, request: ______, ...others } = join;
  const own = { ...part, groupBy };
  const { ahead } = part;
  return {
    time,
    join:
      ahead === undefined
        ? { ...others, left, parts: [own] }
        : { ...others, left, parts: [], labels: [{ ...own, ahead }] },
  };
}
