import { type JoinSpec, leftColumns, outputColumns } from '@tessera/api';
import { batchRows, trainSet } from '@tessera/engine';
import { instantOf, midnightAfter } from './instant.js';

/** A row of a training set, by column, and the instant that it asks at. */
export interface TrainedRow {
  readonly values: ReadonlyMap<string, unknown>;
  readonly atMs: number | null;
}

export interface TrainedFrom {
  readonly lake: string;
  /** A folder of its own: nothing of a project is read or written. */
  readonly out: string;
  readonly workers?: number;
  readonly memory?: number;
  readonly signal?: AbortSignal;
}

const ROWS_AT_ONCE = 1000;

/**
 * Rows of a join's training set, computed from the events themselves: without tiles, so that these are not on both sides of a
 * comparison.
 */
export async function* trainedRows(
  join: JoinSpec,
  from: TrainedFrom,
): AsyncGenerator<readonly TrainedRow[]> {
  const { labels: _, ...unlabelled } = join;
  const result = await trainSet(unlabelled, { ...from, tiles: 'off' });
  const columns = [...leftColumns(unlabelled), ...outputColumns(unlabelled)];
  const time = columns.find(({ name }) => name === join.left.time);
  for await (const batch of result.batches()) {
    const rows = batchRows(batch, columns, batch.rows);
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
      yield rows.slice(at, at + ROWS_AT_ONCE).map((row): TrainedRow => {
        const values = new Map(columns.map(({ name }, idx) => [name, row[idx]]));
        const atMs =
          join.left.kind === 'entities'
            ? midnightAfter(batch.ds)
            : time === undefined
              ? null
              : instantOf(time.type, values.get(time.name));
        return { values, atMs };
      });
  }
}
