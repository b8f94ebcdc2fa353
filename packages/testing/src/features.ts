import type { FeatureRow, GroupBySpec, JoinSpec } from '@tessera/api';
import {
  type FeatureRowValues,
  groupByRows,
  type InMemoryOptions,
  type InputTables,
  joinRows,
} from '@tessera/engine';

export interface GivenFeatures<Row> {
  /** One row per left row, in left order: left columns, then features. */
  rows(options?: InMemoryOptions): Promise<Row[]>;
}

/**
 * A join's features over tables given as literals, through the production plan, tasks and kernels, in memory.
 *
 *   const rows = await features(fraudV2).given({ transactions: table`…` }).rows();
 *
 * Tables are named after their source, or the last segment of its dotted name. A source that is not given is empty, a
 * column not given is null, a snapshot day not given is empty. Entities and sources whose partition matters take a `ds`
 * column; without it a row's partition is the UTC day of its time.
 *
 * Throws   TesseraError as a run over files would (unknown columns, values that are not of their type, SUM_OVERFLOW …).
 */
export function features<J extends JoinSpec>(
  definition: J,
): { given(tables: InputTables): GivenFeatures<FeatureRow<J>> } {
  return {
    given: (tables) => ({
      // The engine makes exactly the columns that FeatureRow derives from the definition (type tests in @tessera/api).
      rows: async (options) => (await joinRows(definition, tables, options)) as FeatureRow<J>[],
    }),
  };
}

/** The same for a groupBy on its own (S3.4): one row per day of the range and key that had something to aggregate. */
export function groupByFeatures(
  definition: GroupBySpec,
  range: { readonly start: string; readonly end: string },
): { given(tables: InputTables): GivenFeatures<FeatureRowValues> } {
  return {
    given: (tables) => ({ rows: (options) => groupByRows(definition, tables, range, options) }),
  };
}
