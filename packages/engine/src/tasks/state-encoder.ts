import { type AggregateState, aggregateState, bucketed, type ScalarValue } from '@tessera/algebra';
import type { ServedState } from '@tessera/kv-writer';
import type { StateColumns } from '@tessera/tiling';
import { tileShare } from '../explain/tile-algebra.js';
import { type BucketRow, type Strings, stateRows } from '../explain/tile-state.js';

/** The bytes of a state at one row of its columns; null where nothing is in it. */
export type StateEncoder = (row: number) => Uint8Array | null;

/**
 * @param columns of the state's families, in their order (three for RATE_OF_CHANGE)
 * @param strings dictionaries by source column
 */
export function stateEncoder(
  { operation, machine }: Pick<ServedState, 'operation' | 'machine'>,
  columns: readonly StateColumns[],
  strings: Strings,
): StateEncoder {
  const { byKind, ...config } = machine;
  const inner = aggregateState(operation, config);
  const rowsAt = (row: number) => columns.map((own) => stateRows(own, row, strings));
  if (byKind === undefined)
    return (row) => encoded(inner, shareOf(rowsAt(row).map(([only]) => only)));
  const outer = bucketed(inner, byKind);
  return (row) => {
    const [first = [], ...others] = rowsAt(row);
    // Families of one aggregation have the same buckets: those of its rows.
    const state = new Map(
      first.map((own, idx) => [
        own.bucket as ScalarValue,
        shareOf([own, ...others.map((other) => other[idx])]),
      ]),
    );
    return encoded(outer, state);
  };
}

function shareOf(rows: readonly (BucketRow | undefined)[]): unknown {
  return tileShare(
    rows.map((row) => {
      if (row === undefined) throw new TypeError('families of one state differ in their buckets');
      return row.state;
    }),
  ).state;
}

function encoded<S>(machine: AggregateState<S>, state: S): Uint8Array | null {
  return machine.isEmpty(state) ? null : machine.encode(state);
}
