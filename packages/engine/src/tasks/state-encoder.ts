import {
  type AggregateState,
  aggregateState,
  type ByteWriter,
  bigintToExpansion,
  bucketed,
  type ScalarValue,
  type Terms,
  writeCount,
  writeExtreme,
  writeFirstLast,
  writeMoments,
  writeSketch,
  writeSum,
  writeWeighted,
} from '@tessera/algebra';
import { type Column, readInt128 } from '@tessera/columnar';
import type { ServedState } from '@tessera/kv-writer';
import { type StateColumns, stateColumn, valueType } from '@tessera/tiling';
import { tileShare } from '../explain/tile-algebra.js';
import { type BucketRow, type Strings, stateRows, valueAt } from '../explain/tile-state.js';

/** Write the bytes of a state at one row of its columns; false, and nothing written, where nothing is in it. */
export type StateEncoder = (row: number, writer: ByteWriter) => boolean;

type Encoded = Pick<ServedState, 'operation' | 'machine'>;

/**
 * @param columns of the state's families, in their order (three for RATE_OF_CHANGE)
 * @param strings dictionaries by source column
 */
export function stateEncoder(
  state: Encoded,
  columns: readonly StateColumns[],
  strings: Strings,
): StateEncoder {
  const [only] = columns;
  const direct =
    columns.length === 1 && only !== undefined && only.family.by === undefined
      ? directEncoder(state, only, strings)
      : null;
  return direct ?? plainEncoder(state, columns, strings);
}

/** By way of the algebra's own states: for whatever there is, and what the direct ones are compared with. */
export function plainEncoder(
  { operation, machine }: Encoded,
  columns: readonly StateColumns[],
  strings: Strings,
): StateEncoder {
  const { byKind, ...config } = machine;
  const inner = aggregateState(operation, config);
  const rowsAt = (row: number) => columns.map((own) => stateRows(own, row, strings));
  if (byKind === undefined)
    return (row, writer) => encoded(inner, shareOf(rowsAt(row).map(([one]) => one)), writer);
  const outer = bucketed(inner, byKind);
  return (row, writer) => {
    const [first = [], ...others] = rowsAt(row);
    // Families of one aggregation have the same buckets: those of its rows.
    const state = new Map(
      first.map((own, idx) => [
        own.bucket as ScalarValue,
        shareOf([own, ...others.map((other) => other[idx])]),
      ]),
    );
    return encoded(outer, state, writer);
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

function encoded<S>(machine: AggregateState<S>, state: S, writer: ByteWriter): boolean {
  if (machine.isEmpty(state)) return false;
  writer.raw(machine.encode(state));
  return true;
}

/** Straight from the columns, of the kinds that most features have. Null for the others. */
function directEncoder(
  { machine }: Encoded,
  columns: StateColumns,
  strings: Strings,
): StateEncoder | null {
  const { family } = columns;
  const column = (name: string) => stateColumn(columns, name);
  switch (family.kind) {
    case 'count': {
      const n = doubles(column('n'));
      return (row, writer) => {
        if (n[row] === 0) return false;
        writeCount(writer, n[row]!);
        return true;
      };
    }
    case 'sum': {
      const n = doubles(column('n'));
      const terms = termsOf(column('terms'));
      return (row, writer) => {
        if (n[row] === 0) return false;
        writeSum(writer, n[row]!, terms(row));
        return true;
      };
    }
    case 'isum': {
      const n = doubles(column('n'));
      const sum = wide(column('sum'));
      return (row, writer) => {
        if (n[row] === 0) return false;
        const values = Float64Array.from(bigintToExpansion(sum(row)));
        writeSum(writer, n[row]!, { values, from: 0, to: values.length });
        return true;
      };
    }
    case 'moments': {
      const [n, overflows] = [doubles(column('n')), doubles(column('overflows'))];
      const sums = ['s1', 's2', 's3', 's4']
        .slice(0, family.powers ?? 2)
        .map((name) => termsOf(column(name)));
      return (row, writer) => {
        if (n[row] === 0) return false;
        const own = sums.map((terms) => terms(row));
        writeMoments(writer, n[row]!, overflows[row]!, own);
        return true;
      };
    }
    case 'wsum': {
      const [n, overflows] = [doubles(column('n')), doubles(column('overflows'))];
      const [weighted, weights] = [termsOf(column('weighted')), termsOf(column('weights'))];
      return (row, writer) => {
        if (n[row] === 0) return false;
        writeWeighted(writer, n[row]!, overflows[row]!, weighted(row), weights(row));
        return true;
      };
    }
    case 'min':
    case 'max': {
      const [values, type] = [column('value'), valueType(family)];
      if (type === null || family.input === null) return null;
      const own = strings[family.input.column];
      return (row, writer) => {
        const value = valueAt(type, values, row, own);
        if (value === null) return false;
        writeExtreme(writer, machine.kind, value);
        return true;
      };
    }
    case 'first':
    case 'last': {
      const { input, tie } = family;
      const type = valueType(family);
      const [times, values] = [column('t'), column('value')];
      if (type === null || input === null || times.kind !== 'list' || values.kind !== 'list')
        return null;
      const ties = tie === undefined ? null : column('tie');
      if (times.child.kind !== 'f64' || (ties !== null && ties.kind !== 'list')) return null;
      const [own, ownTies] = [strings[input.column], strings[tie?.column ?? '']];
      const { offsets } = times;
      const ms = times.child.values;
      let from = 0;
      const timedAt = (position: number) => ({
        t: ms[from + position]!,
        tie:
          ties === null || tie === undefined
            ? null
            : valueAt(tie.type, ties.child, from + position, ownTies),
        value: valueAt(type, values.child, from + position, own),
      });
      return (row, writer) => {
        from = offsets[row]!;
        const count = offsets[row + 1]! - from;
        if (count === 0) return false;
        writeFirstLast(writer, machine, count, timedAt);
        return true;
      };
    }
    case 'hll': {
      const slots = column('slots');
      if (slots.kind !== 'list' || slots.child.kind !== 'f64') return null;
      const { offsets } = slots;
      const { values } = slots.child;
      return (row, writer) => {
        const [from, to] = [offsets[row]!, offsets[row + 1]!];
        if (from === to) return false;
        writeSketch(writer, values.subarray(from, to));
        return true;
      };
    }
    default:
      return null;
  }
}

function doubles(column: Column): Float64Array {
  if (column.kind !== 'f64') throw new TypeError(`a state has ${column.kind} for counts`);
  return column.values;
}

function termsOf(column: Column): (row: number) => Terms {
  if (column.kind !== 'list' || column.child.kind !== 'f64')
    throw new TypeError(`a state has ${column.kind} for terms`);
  const { offsets } = column;
  const { values } = column.child;
  return (row) => ({ values, from: offsets[row]!, to: offsets[row + 1]! });
}

function wide(column: Column): (row: number) => bigint {
  if (column.kind !== 'i128') throw new TypeError(`a state has ${column.kind} for a wide integer`);
  const { values } = column;
  return (row) => readInt128(values, row);
}
