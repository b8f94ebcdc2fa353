import type { Batch, Column } from './column.js';
import { columnLength } from './shape.js';

/**
 * Columns one after another. Blocks of one integer column may differ in how narrow they could be held: f64, i64 and i128
 * mixed become the widest of them.
 *
 * Throws   TypeError when kinds are of different sorts (a code column beside a list), or f64 values that are not integers
 *          meet a wider kind.
 */
export function concat(columns: readonly Column[]): Column {
  const first = columns[0];
  if (first === undefined) throw new TypeError('concat: no columns');
  if (columns.length === 1) return first;
  switch (first.kind) {
    case 'code':
      return { kind: 'code', values: joinInt32(columns.map((c) => as(c, 'code').values)) };
    case 'list': {
      const lists = columns.map((c) => as(c, 'list'));
      return {
        kind: 'list',
        offsets: joinOffsets(lists),
        valid: joinValid(lists),
        child: concat(lists.map(trimmedChild)),
      };
    }
    case 'map': {
      const maps = columns.map((c) => as(c, 'map'));
      return {
        kind: 'map',
        offsets: joinOffsets(maps),
        valid: joinValid(maps),
        keys: concat(maps.map((m) => m.keys)),
        values: concat(maps.map((m) => m.values)),
      };
    }
    default:
      return concatNumbers(columns);
  }
}

/** Batches one after another; all must name the columns of the first. */
export function concatBatches(batches: readonly Batch[]): Batch {
  const first = batches[0];
  if (first === undefined) throw new TypeError('concatBatches: no batches');
  if (batches.length === 1) return first;
  const columns: Record<string, Column> = {};
  for (const name of Object.keys(first.columns)) {
    columns[name] = concat(
      batches.map((b) => {
        const column = b.columns[name];
        if (column === undefined)
          throw new TypeError(`concatBatches: a block has no column ${name}`);
        return column;
      }),
    );
  }
  return { rows: batches.reduce((n, b) => n + b.rows, 0), columns };
}

function as<K extends Column['kind']>(column: Column, kind: K): Extract<Column, { kind: K }> {
  if (column.kind !== kind) throw new TypeError(`concat: ${column.kind} beside ${kind}`);
  // The tag was compared; TypeScript does not narrow a generic tag.
  return column as Extract<Column, { kind: K }>;
}

function concatNumbers(columns: readonly Column[]): Column {
  const kinds = new Set(columns.map((c) => c.kind));
  for (const kind of kinds) {
    if (kind !== 'f64' && kind !== 'i64' && kind !== 'i128') {
      throw new TypeError(`concat: ${kind} beside ${columns[0]!.kind}`);
    }
  }
  if (kinds.size === 1 && kinds.has('f64')) {
    const parts = columns.map((c) => as(c, 'f64').values);
    const values = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    return { kind: 'f64', values };
  }
  const wide = kinds.has('i128') ? 'i128' : 'i64';
  const parts = columns.map((c) => widen(c, wide));
  const values = new BigInt64Array(parts.reduce((n, p) => n + p.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { kind: wide, values, valid: joinValid(parts) };
}

type Wide = Extract<Column, { kind: 'i64' | 'i128' }>;

function widen(column: Column, kind: 'i64' | 'i128'): Wide {
  if (column.kind === 'i64' || column.kind === 'i128') {
    if (column.kind === kind) return column;
    const from = column.values;
    const values = new BigInt64Array(2 * from.length);
    for (let i = 0; i < from.length; i++) {
      values[2 * i] = from[i]!;
      values[2 * i + 1] = from[i]! < 0n ? -1n : 0n;
    }
    return { kind, values, valid: column.valid };
  }
  const from = as(column, 'f64').values;
  const step = kind === 'i128' ? 2 : 1;
  const values = new BigInt64Array(step * from.length);
  const valid = new Uint8Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    if (Number.isNaN(v)) continue;
    if (!Number.isInteger(v)) throw new TypeError(`concat: ${v} beside 64-bit integers`);
    valid[i] = 1;
    values[step * i] = BigInt(v);
    if (step === 2) values[2 * i + 1] = v < 0 ? -1n : 0n;
  }
  return { kind, values, valid };
}

function joinInt32(parts: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function joinOffsets(columns: readonly { readonly offsets: Int32Array }[]): Int32Array {
  const rows = columns.reduce((n, c) => n + c.offsets.length - 1, 0);
  const out = new Int32Array(rows + 1);
  let at = 0;
  let base = 0;
  for (const { offsets } of columns) {
    const n = offsets.length - 1;
    for (let i = 0; i <= n; i++) out[at + i] = base + offsets[i]!;
    at += n;
    base += offsets[n]!;
  }
  return out;
}

/** Children beyond the last offset would shift the next block's. */
function trimmedChild(list: Extract<Column, { kind: 'list' }>): Column {
  const used = list.offsets[list.offsets.length - 1]!;
  if (columnLength(list.child) !== used) {
    throw new TypeError(`concat: ${columnLength(list.child)} children for ${used}`);
  }
  return list.child;
}

interface Nullable {
  readonly kind: Column['kind'];
  readonly valid: Uint8Array | null;
}

function joinValid(columns: readonly (Nullable & Column)[]): Uint8Array | null {
  if (columns.every((c) => c.valid === null)) return null;
  const out = new Uint8Array(columns.reduce((n, c) => n + columnLength(c), 0));
  let at = 0;
  for (const column of columns) {
    const n = columnLength(column);
    if (column.valid === null) out.fill(1, at, at + n);
    else out.set(column.valid, at);
    at += n;
  }
  return out;
}
