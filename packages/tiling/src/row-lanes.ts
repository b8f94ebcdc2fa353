import { TesseraError } from '@tessera/api';
import { type Batch, type Column, columnLength } from '@tessera/columnar';
import { type StateFamily, valueType } from './families.js';
import type { RowLane } from './kinds/kernel.js';
import { inPhysicalKind, isInPhysicalKind, nearestDoubles, validity } from './physical.js';

/** A state column to build, and which columns of the batch hold what it reads. */
export interface StateInput {
  readonly family: StateFamily;
  /** The input, cleaned (S4.4); strings of a sketch as its slots. Null for COUNT of rows. */
  readonly input: string | null;
  /** f64, 1 where the family's predicate is true. */
  readonly where?: string;
  readonly by?: string;
  /** f64, the nearest double of the weight. */
  readonly weight?: string;
  readonly tie?: string;
}

/** Events in the order of tiles: sorted position → row, and the positions of each tile. */
export interface TileRows {
  readonly order: Int32Array;
  readonly tileStart: Int32Array;
}

/** Lanes of a batch, each made once and shared by the families that see the same values. */
export function rowLanes(
  batch: Batch,
  timeMs: Float64Array,
  tiles: TileRows,
): (state: StateInput) => RowLane {
  const known = new Map<string, RowLane>();
  return (state) => {
    const { family, input, where, by, weight, tie } = state;
    const asItIs = staysAsItIs(batch, state);
    const ties = family.tie === undefined ? null : tie;
    const key = JSON.stringify([input, family.exploded, where, by, weight, ties, asItIs]);
    let lane = known.get(key);
    if (lane === undefined) {
      lane = makeLane(batch, timeMs, tiles, state, asItIs);
      known.set(key, lane);
    }
    return lane;
  };
}

/** Slots of strings are numbers, and counts look at nulls alone. */
function staysAsItIs(batch: Batch, { family, input }: StateInput): boolean {
  if (input === null || family.input === null) return false;
  if (family.kind === 'hll') return valueType(family)?.kind === 'string';
  return family.kind === 'count' && !isInPhysicalKind(laneOf(batch, input), family.input.type);
}

function makeLane(
  batch: Batch,
  timeMs: Float64Array,
  tiles: TileRows,
  state: StateInput,
  asItIs: boolean,
): RowLane {
  const { family, input } = state;
  const weights = state.weight === undefined ? null : numbers(batch, state.weight);
  const mask = rowMask(batch, state, weights);
  const type = valueType(family);
  let values: Column | null = null;
  let offsets: Int32Array | null = null;
  if (input !== null && family.input !== null) {
    const given = laneOf(batch, input);
    const column = asItIs ? given : inPhysicalKind(given, family.input.type);
    values = column;
    if (family.exploded) {
      if (column.kind !== 'list') throw bad(`lane ${input} is ${column.kind}, not a list`);
      values = column.child;
      offsets = column.offsets;
    }
  }
  const valid = values === null ? null : validity(values);
  const entries =
    offsets === null
      ? pick(tiles, valid, mask)
      : open(tiles, offsets, valid, both(mask, batch.columns[input ?? ''] ?? null));
  let doubles: Float64Array | null = null;
  return {
    ...entries,
    values,
    type,
    doubles() {
      if (values === null || type === null) throw bad('an operation on numbers without an input');
      doubles ??= nearestDoubles(values, type, entries.items);
      return doubles;
    },
    timeMs,
    tie: tieOf(batch, state),
    weights,
  };
}

function tieOf(batch: Batch, { family, tie }: StateInput): Column | null {
  if (family.tie === undefined) return null;
  if (tie === undefined) throw bad(`no lane for the tie-breaker ${family.tie.column}`);
  return inPhysicalKind(laneOf(batch, tie), family.tie.type);
}

type Entries = Pick<RowLane, 'start' | 'items' | 'rows'>;

function pick(
  { order, tileStart }: TileRows,
  valid: Uint8Array | null,
  mask: Uint8Array | null,
): Entries {
  if (valid === null && mask === null) return { start: tileStart, items: order, rows: order };
  const rows = new Int32Array(order.length);
  const start = new Int32Array(tileStart.length);
  let at = 0;
  for (let t = 0; t + 1 < tileStart.length; t++) {
    for (let p = tileStart[t]!; p < tileStart[t + 1]!; p++) {
      const row = order[p]!;
      if ((valid === null || valid[row] !== 0) && (mask === null || mask[row] !== 0)) {
        rows[at++] = row;
      }
    }
    start[t + 1] = at;
  }
  const kept = rows.subarray(0, at);
  return { start, items: kept, rows: kept };
}

function open(
  { order, tileStart }: TileRows,
  offsets: Int32Array,
  valid: Uint8Array | null,
  mask: Uint8Array | null,
): Entries {
  const start = new Int32Array(tileStart.length);
  let most = 0;
  for (const row of order) most += offsets[row + 1]! - offsets[row]!;
  const items = new Int32Array(most);
  const rows = new Int32Array(most);
  let at = 0;
  for (let t = 0; t + 1 < tileStart.length; t++) {
    for (let p = tileStart[t]!; p < tileStart[t + 1]!; p++) {
      const row = order[p]!;
      if (mask !== null && mask[row] === 0) continue;
      for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
        if (valid !== null && valid[i] === 0) continue;
        items[at] = i;
        rows[at++] = row;
      }
    }
    start[t + 1] = at;
  }
  return { start, items: items.subarray(0, at), rows: rows.subarray(0, at) };
}

/** A null list has no elements, whatever its offsets say. */
function both(mask: Uint8Array | null, list: Column | null): Uint8Array | null {
  const valid = list?.kind === 'list' ? list.valid : null;
  if (mask === null || valid === null) return mask ?? valid;
  return mask.map((kept, row) => kept & valid[row]!);
}

/** Rows where the predicate is true (null is not) and neither the weight nor the bucket is null; null = all. */
function rowMask(
  batch: Batch,
  { family, where, by, weight }: StateInput,
  weights: Float64Array | null,
): Uint8Array | null {
  if (family.where !== undefined && where === undefined) throw bad('no lane for a predicate');
  if (family.weight !== undefined && weight === undefined) throw bad('no lane for a weight');
  if (family.by !== undefined && by === undefined) throw bad('no lane for a bucket');
  const bucket = by === undefined ? null : validity(laneOf(batch, by));
  const holds = where === undefined ? null : numbers(batch, where);
  if (bucket === null && holds === null && weights === null) return null;
  const mask = new Uint8Array(batch.rows);
  for (let i = 0; i < mask.length; i++) {
    const kept =
      (bucket === null || bucket[i] !== 0) &&
      (holds === null || holds[i] === 1) &&
      (weights === null || !Number.isNaN(weights[i]));
    mask[i] = kept ? 1 : 0;
  }
  return mask;
}

export function laneOf(batch: Batch, name: string): Column {
  const column = batch.columns[name];
  if (column === undefined) throw bad(`events have no lane ${name}`);
  if (columnLength(column) !== batch.rows) {
    throw bad(`lane ${name} has ${columnLength(column)} rows of ${batch.rows}`);
  }
  return column;
}

export function numbers(batch: Batch, name: string): Float64Array {
  const column = laneOf(batch, name);
  if (column.kind !== 'f64') throw bad(`lane ${name} is ${column.kind}`);
  return column.values;
}

export function bad(reason: string): TesseraError {
  return new TesseraError('INTERNAL', { reason });
}
