import { cloneColumn } from './clone.js';
import type { Batch, Column } from './column.js';
import { concat } from './concat.js';

/** Batches of one shape put into one, each copied as it comes, so that what it was read from can be used again. */
export interface BatchCollector {
  /** Throws TypeError when a batch lacks a column of the first, or more rows come than were announced. */
  add(batch: Batch): void;
  /** The rows so far, in order. Fresh memory, which the caller owns. */
  finish(): Batch;
}

/** A column on its way: numbers and codes in one array made for all rows, anything else in copies. */
type Collected =
  | { readonly kind: 'f64'; readonly values: Float64Array }
  | { readonly kind: 'code'; readonly values: Int32Array }
  | { readonly kind: 'copies'; readonly columns: Column[] };

/** @param rows at most this many are added; what is not used is never touched, so too many cost nothing */
export function collectBatches(rows: number): BatchCollector {
  const columns = new Map<string, Collected>();
  let at = 0;
  let first = true;
  return {
    add(batch) {
      if (at + batch.rows > rows) {
        throw new TypeError(`collectBatches: ${at + batch.rows} rows of ${rows}`);
      }
      if (first) {
        for (const [name, column] of Object.entries(batch.columns))
          columns.set(name, start(column, rows));
        first = false;
      }
      for (const [name, collected] of columns) {
        const column = batch.columns[name];
        if (column === undefined)
          throw new TypeError(`collectBatches: a batch has no column ${name}`);
        const next = append(collected, column, at);
        if (next !== collected) columns.set(name, next);
      }
      at += batch.rows;
    },
    finish() {
      const finished: Record<string, Column> = {};
      for (const [name, collected] of columns) finished[name] = finish(collected, at);
      return { rows: at, columns: finished };
    },
  };
}

function start(column: Column, rows: number): Collected {
  switch (column.kind) {
    case 'f64':
      return { kind: 'f64', values: new Float64Array(rows) };
    case 'code':
      return { kind: 'code', values: new Int32Array(rows) };
    default:
      return { kind: 'copies', columns: [] };
  }
}

function append(collected: Collected, column: Column, at: number): Collected {
  if (collected.kind === 'copies') {
    collected.columns.push(cloneColumn(column));
    return collected;
  }
  if (collected.kind === 'f64' && column.kind === 'f64') {
    collected.values.set(column.values, at);
    return collected;
  }
  if (collected.kind === 'code' && column.kind === 'code') {
    collected.values.set(column.values, at);
    return collected;
  }
  // A batch whose integers need more than a double.
  const before = at === 0 ? [] : [finish(collected, at)];
  return { kind: 'copies', columns: [...before, cloneColumn(column)] };
}

function finish(collected: Collected, rows: number): Column {
  switch (collected.kind) {
    case 'f64':
      return { kind: 'f64', values: collected.values.subarray(0, rows) };
    case 'code':
      return { kind: 'code', values: collected.values.subarray(0, rows) };
    case 'copies':
      return concat(collected.columns);
  }
}
