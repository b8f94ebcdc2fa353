import { type Column, columnLength, concat, gather, isNull } from '@tessera/columnar';
import { asSafeIntegers } from '../input/limbs.js';
import { exactTerms } from '../input/numbers.js';
import { doublesOf, listOf, requireBeside, type StateRows } from './state-rows.js';
import { dealTerms } from './terms.js';
import type { EventLanes, StateLanes } from './tile-states.js';
import { type VectorItems, vectorItems } from './vector-items.js';

/**
 * States expanded into what kernels read: items, each a value, an event, a bucket, or a few terms of a sum. A state has at
 * least one when it holds anything.
 */
export interface StateItems {
  readonly span: ItemSpan;
  /** Per item; null = 1 each. */
  readonly weights: Float64Array | null;
  readonly content: ItemContent;
}

/**
 * Which items states have. `own`: state s has item s alone where holds[s] is 1, and else none. `lists`: state s has items
 * offsets[s] … offsets[s + 1] - 1.
 */
export type ItemSpan =
  | { readonly kind: 'own'; readonly holds: Uint8Array }
  | { readonly kind: 'lists'; readonly offsets: Int32Array };

export type ItemContent =
  | { readonly kind: 'count' }
  | { readonly kind: 'values'; readonly column: Column }
  | {
      readonly kind: 'events';
      readonly column: Column;
      readonly timeMs: Float64Array;
      readonly tie: Column | null;
    }
  /** Arrays of one double per item. */
  | { readonly kind: 'sum'; readonly terms: readonly Float64Array[] }
  /** Per power, two arrays. */
  | {
      readonly kind: 'moments';
      readonly overflows: Float64Array;
      readonly powers: readonly Float64Array[][];
    }
  | {
      readonly kind: 'wsum';
      readonly overflows: Float64Array;
      readonly weighted: readonly Float64Array[];
      readonly weights: readonly Float64Array[];
    }
  | { readonly kind: 'slots'; readonly slots: Float64Array }
  | { readonly kind: 'buckets'; readonly buckets: Float64Array }
  | { readonly kind: 'vectors'; readonly vectors: VectorItems };

/** @param termWidth how many terms a raw value of the input has: those of a sum's states are dealt out as many at a time */
export function stateItems(
  states: StateLanes,
  rows: StateRows,
  termWidth: () => number,
): StateItems {
  const { lane } = rows;
  const numbers = (name: string) => doublesOf(lane(name));
  const list = (name: string) => listOf(lane(name));
  switch (states.kind) {
    case 'count': {
      const n = numbers(states.n);
      return {
        span: itemWhere(n.length, (s) => n[s]! > 0),
        weights: n,
        content: { kind: 'count' },
      };
    }
    case 'isum': {
      const n = numbers(states.n);
      return {
        span: itemWhere(n.length, (s) => n[s]! > 0),
        weights: n,
        content: { kind: 'sum', terms: exactTerms(lane(states.sum)) },
      };
    }
    case 'sum': {
      const dealt = dealTerms(numbers(states.n), [list(states.terms)], termWidth());
      return {
        span: listed(dealt.offsets),
        weights: dealt.weights,
        content: { kind: 'sum', terms: dealt.terms[0]! },
      };
    }
    case 'moments': {
      const dealt = dealTerms(numbers(states.n), states.sums.map(list), 2);
      const overflows = onFirstItem(numbers(states.overflows), dealt.offsets);
      return {
        span: listed(dealt.offsets),
        weights: dealt.weights,
        content: { kind: 'moments', overflows, powers: dealt.terms },
      };
    }
    case 'wsum': {
      const lists = [list(states.weighted), list(states.weights)];
      const dealt = dealTerms(numbers(states.n), lists, 2);
      const overflows = onFirstItem(numbers(states.overflows), dealt.offsets);
      const [weighted, weights] = dealt.terms;
      return {
        span: listed(dealt.offsets),
        weights: dealt.weights,
        content: { kind: 'wsum', overflows, weighted: weighted!, weights: weights! },
      };
    }
    case 'min':
    case 'max': {
      const column = lane(states.value);
      return {
        span: itemWhere(rows.count, (s) => !isNull(column, s)),
        weights: null,
        content: { kind: 'values', column },
      };
    }
    case 'top':
    case 'bottom': {
      const { offsets, child } = list(states.value);
      return { span: listed(offsets), weights: null, content: { kind: 'values', column: child } };
    }
    case 'distinct': {
      const { offsets, child } = list(states.value);
      const n = list(states.n);
      requireBeside(n, offsets, states.n);
      const content = { kind: 'values', column: child } as const;
      return { span: listed(offsets), weights: doublesOf(n.child), content };
    }
    case 'hll': {
      const { offsets, child } = list(states.slots);
      return {
        span: listed(offsets),
        weights: null,
        content: { kind: 'slots', slots: doublesOf(child) },
      };
    }
    case 'percentile': {
      const { offsets, child } = list(states.bucket);
      const n = list(states.n);
      requireBeside(n, offsets, states.n);
      return {
        span: listed(offsets),
        weights: doublesOf(n.child),
        content: { kind: 'buckets', buckets: doublesOf(child) },
      };
    }
    case 'first':
    case 'last': {
      const { offsets, ...events } = eventsOf(states, rows);
      return { span: listed(offsets), weights: null, content: { kind: 'events', ...events } };
    }
    case 'rate':
      return firstsAndLasts(states, rows);
    case 'vector': {
      const items = vectorItems(numbers(states.n), numbers(states.length), list(states.terms));
      return {
        span: listed(items.offsets),
        weights: items.weights,
        content: { kind: 'vectors', vectors: items },
      };
    }
  }
}

const listed = (offsets: Int32Array): ItemSpan => ({ kind: 'lists', offsets });

/** States that hold something have an item. */
function itemWhere(count: number, holds: (row: number) => boolean): ItemSpan {
  const flags = new Uint8Array(count);
  for (let s = 0; s < count; s++) if (holds(s)) flags[s] = 1;
  return { kind: 'own', holds: flags };
}

/** A number per state row, at the first of its items. */
function onFirstItem(numbers: Float64Array, offsets: Int32Array): Float64Array {
  const out = new Float64Array(offsets[numbers.length]!);
  for (let s = 0; s < numbers.length; s++) {
    if (offsets[s]! < offsets[s + 1]! && numbers[s]! > 0) out[offsets[s]!] = numbers[s]!;
  }
  return out;
}

interface Events {
  readonly offsets: Int32Array;
  readonly column: Column;
  readonly timeMs: Float64Array;
  readonly tie: Column | null;
}

function eventsOf({ t, tie, value }: EventLanes, { lane }: StateRows): Events {
  const values = listOf(lane(value));
  const times = listOf(lane(t));
  requireBeside(times, values.offsets, t);
  const ties = tie === undefined ? null : listOf(lane(tie));
  if (ties !== null) requireBeside(ties, values.offsets, tie!);
  return {
    offsets: values.offsets,
    column: values.child,
    timeMs: doublesOf(times.child),
    tie: ties?.child ?? null,
  };
}

/** A lone event is the first and the last, and must count once: a rate needs two. */
function firstsAndLasts(
  states: Extract<StateLanes, { kind: 'rate' }>,
  rows: StateRows,
): StateItems {
  const n = doublesOf(rows.lane(states.n));
  const firsts = eventsOf(states.first, rows);
  const lasts = eventsOf(states.last, rows);
  const offsets = new Int32Array(rows.count + 1);
  const picked: number[] = [];
  const lastsAt = columnLength(firsts.column);
  for (let s = 0; s < rows.count; s++) {
    if (n[s]! > 0) picked.push(firsts.offsets[s]!);
    if (n[s]! > 1) picked.push(lastsAt + lasts.offsets[s]!);
    offsets[s + 1] = picked.length;
  }
  const items = Int32Array.from(picked);
  const both = (first: Column, last: Column) => gather(concatNarrow(first, last), items);
  const times = both({ kind: 'f64', values: firsts.timeMs }, { kind: 'f64', values: lasts.timeMs });
  return {
    span: listed(offsets),
    weights: null,
    content: {
      kind: 'events',
      column: both(firsts.column, lasts.column),
      timeMs: doublesOf(times),
      tie: firsts.tie === null || lasts.tie === null ? null : both(firsts.tie, lasts.tie),
    },
  };
}

/** Two columns of one type, one after the other; integers as doubles where one of them is and both can be. */
export function concatNarrow(a: Column, b: Column): Column {
  if (a.kind === b.kind) return concat([a, b]);
  return concat([narrowed(a), narrowed(b)]);
}

function narrowed(column: Column): Column {
  if (column.kind !== 'i64' && column.kind !== 'i128') return column;
  const values = asSafeIntegers(column);
  return values === null ? column : { kind: 'f64', values };
}
