import type { LabelSpec } from '@tessera/api';
import {
  aggregate,
  contributions,
  leftRows,
  naiveJoin,
  sameKey,
  sourceRows,
} from '../oracle/naive.js';
import { aggregationName } from '../oracle/names.js';
import { DAY_MS } from '../oracle/time.js';
import type { JoinSpec, OracleRow, OutputValue, Tables } from '../oracle/types.js';
import { typeOf } from '../oracle/values.js';

/** The last day that a source has, `YYYY-MM-DD`; null = none. */
export type LastDays = (source: string) => string | null;

/** The instant that ends a label's data (S2.7). */
function endMs({ ahead, groupBy }: LabelSpec, lastDays: LastDays): number {
  if (ahead.asOfMs !== undefined) return ahead.asOfMs;
  const ds = lastDays(groupBy.source.name);
  return ds === null ? Number.NEGATIVE_INFINITY : Date.parse(`${ds}T00:00:00Z`) + DAY_MS;
}

const nameOf = (label: LabelSpec): string => {
  const aggregation = label.groupBy.aggregations[0]!;
  return aggregationName(label, aggregation, aggregation.windows[0]!);
};

/** `ds`, and by label: its value, and whether it is known. In the order of S8. */
export interface LabelledRow {
  readonly ds: string;
  readonly queryMs: number | null;
  readonly labels: readonly { readonly value: OutputValue; readonly isKnown: boolean }[];
}

/**
 * S2.7 the slow and obvious way: of each left row and label all rows of the key with `q <= t < q + W`, or null where
 * `q + W` is after the end of the data.
 */
export function naiveLabels(join: JoinSpec, tables: Tables, lastDays: LastDays): LabelledRow[] {
  const labels = join.labels ?? [];
  const stored = labels.map(({ groupBy: { source } }) =>
    sourceRows(source, tables[source.name] ?? []),
  );
  return leftRows(join.left, tables[join.left.name] ?? []).map(({ row, queryMs, ds }) => ({
    ds,
    queryMs,
    labels: labels.map((label, idx) => {
      const { groupBy, keys, ahead } = label;
      const untilMs = queryMs === null ? Number.POSITIVE_INFINITY : queryMs + ahead.windowMs;
      const isKnown = untilMs <= endMs(label, lastDays);
      if (queryMs === null || !isKnown || keys.some(({ left }) => row[left] === null))
        return { value: null, isKnown };
      const inWindow = stored[idx]!.filter(
        (one) => queryMs <= one.tMs && one.tMs < untilMs && sameKey(label, join.left, row, one.row),
      );
      const aggregation = groupBy.aggregations[0]!;
      const { input } = aggregation;
      const feature = {
        ...{ name: nameOf(label), partIdx: 0, part: label, aggregation, input, window: null },
        inputType: input === undefined ? undefined : typeOf(groupBy.source, input),
        tail: 'exact' as const,
      };
      return { value: aggregate(feature, contributions(feature, inWindow)), isKnown };
    }),
  }));
}

/** Rows of a training set: left columns and features by the oracle of features, then labels. */
export function naiveTrainSet(join: JoinSpec, tables: Tables, lastDays: LastDays): OracleRow[] {
  const labelled = naiveLabels(join, tables, lastDays);
  return naiveJoin(join, tables).map((row, at) => {
    const own = (join.labels ?? []).map((label, idx) => [
      nameOf(label),
      labelled[at]!.labels[idx]!.value,
    ]);
    return { ...row, ...Object.fromEntries(own) };
  });
}
