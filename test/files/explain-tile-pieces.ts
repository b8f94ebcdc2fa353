import { createHash } from 'node:crypto';
import type { ShownState, ShownTerms } from '@tessera/engine';
import {
  add,
  type Dyadic,
  exact,
  mul,
  power,
  round,
  roundRatio,
  scale,
  sum,
} from '../oracle/exact.js';
import { type Contribution, fold } from '../oracle/operations.js';
import type { AggregationSpec, DataType, OutputValue, Value } from '../oracle/types.js';
import { decimalText, unscaled } from '../oracle/values.js';

/** States of tiles, as a document has them, beside the events that are told one by one. */
export interface Parts {
  readonly events: readonly Contribution[];
  readonly states: readonly ShownState[];
}

/** Values of a document by their type. */
export type Typed = (type: DataType, value: unknown) => Value;

/** What tiles and events come to, written from the meaning of states in docs/formats.md, apart from the engine. */
export function valueOfParts(
  aggregation: AggregationSpec,
  type: DataType | undefined,
  { events, states }: Parts,
  typed: Typed,
): OutputValue {
  const { operation } = aggregation;
  if (type === undefined) return events.length + counted(states);
  const n = events.length + counted(states);
  switch (operation) {
    case 'COUNT':
      return n;
    case 'SUM':
    case 'AVERAGE':
      return sumOf(operation, type, { events, states }, n);
    case 'VARIANCE':
    case 'STDDEV':
      return spread(operation, { events, states }, n);
    case 'WEIGHTED_AVERAGE':
      return weighted({ events, states });
    case 'VECTOR_SUM':
      return vectorSum({ events, states });
    case 'APPROX_UNIQUE_COUNT':
      return unique({ events, states });
    default: {
      const kept = states.flatMap((state) => contributions(type, state, typed));
      // Of equal instants a tie-breaker decides, and no two are the same in these data.
      const all = [...events, ...kept].sort(
        (a, b) => a.tMs - b.tMs || (String(a.tie) < String(b.tie) ? -1 : 1),
      );
      return fold(aggregation, type, all);
    }
  }
}

function counted(states: readonly ShownState[]): number {
  return states.reduce((n, state) => n + ('n' in state ? state.n : 0), 0);
}

/** As many values as a state stands for, where the result is one of them or needs no more than their order. */
function contributions(type: DataType, state: ShownState, typed: Typed): Contribution[] {
  const one = (value: Value, time = '', tie: Value = null): Contribution => ({
    tMs: time === '' ? 0 : Date.parse(time),
    tie,
    value,
    weight: 1,
  });
  const times = (count: number, value: Value) => Array.from({ length: count }, () => one(value));
  switch (state.kind) {
    case 'min':
    case 'max':
      return [one(typed(type, state.value))];
    case 'first':
    case 'last':
      whole(state.events);
      return state.events.shown.map(({ time, tieBreaker, value }) =>
        one(typed(type, value), time, tieBreaker as Value),
      );
    case 'rate': {
      const ends = state.n === 1 ? [state.first] : [state.first, state.last];
      return ends.map(({ time, tieBreaker, value }) =>
        one(typed(type, value), time, tieBreaker as Value),
      );
    }
    case 'top':
    case 'bottom':
      whole(state.values);
      return state.values.shown.map((value) => one(typed(type, value)));
    case 'distinct':
      whole(state.values);
      return state.values.shown.flatMap(({ value, n }) => times(n, typed(type, value)));
    case 'percentile':
      whole(state.buckets);
      return state.buckets.shown.flatMap(({ bucket, n }) => times(n, middleOf(bucket)));
    default:
      throw new Error(`${state.kind} has no values`);
  }
}

/** A list that was cut cannot be computed from. */
function whole({ count, shown }: { readonly count: number; readonly shown: readonly unknown[] }) {
  if (shown.length !== count) throw new Error(`${shown.length} entries of ${count}`);
}

/** About the middle of a percentile bucket: sign, exponent (of the value · 2^54) and six bits of a double. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const [exponent, step] = [Math.floor(Math.abs(bucket) / 64), Math.abs(bucket) % 64];
  return Math.sign(bucket) * (1 + (step + 0.5) / 64) * 2 ** (exponent - 1023 - 54);
}

function termsOf(terms: ShownTerms): Dyadic {
  return sum(
    terms.map((term) => {
      if (term === 'Infinity') throw new Error('a sum beyond all doubles');
      return exact(term);
    }),
  );
}

function sumOf(
  operation: 'SUM' | 'AVERAGE',
  type: DataType,
  { events, states }: Parts,
  n: number,
): OutputValue {
  if (n === 0) return null;
  const sums = states.map((state) => {
    if (state.kind !== 'sum') throw new Error(`${operation} of ${state.kind}`);
    return state;
  });
  if (type.kind === 'double' || type.kind === 'float') {
    const all = [
      ...sums.map(({ terms }) => termsOf(terms ?? [])),
      ...events.map(({ value }) => exact(value as number)),
    ];
    const total = round(sum(all));
    return operation === 'SUM' ? total : total / n;
  }
  const digits = type.kind === 'decimal' ? type.scale : 0;
  const integer = (value: unknown) =>
    type.kind === 'decimal' ? unscaled(String(value), digits) : BigInt(value as bigint | boolean);
  const total = [...sums.map(({ sum: own }) => own), ...events.map(({ value }) => value)]
    .map(integer)
    .reduce((a, b) => a + b, 0n);
  if (operation === 'AVERAGE') return roundRatio(total, 10n ** BigInt(digits)) / n;
  return type.kind === 'decimal' ? decimalText(total, digits) : total;
}

function spread(operation: 'VARIANCE' | 'STDDEV', { events, states }: Parts, n: number) {
  if (n === 0) return null;
  const powerSum = (k: 1 | 2) =>
    sum([
      ...states.map((state) => {
        if (state.kind !== 'moments' || state.overflows > 0) throw new Error(state.kind);
        return termsOf(state.terms[k - 1]!);
      }),
      ...events.map(({ value }) => power(exact(value as number), k)),
    ]);
  const [s1, s2] = [powerSum(1), powerSum(2)];
  const m2 = round(add(scale(s2, BigInt(n)), scale(mul(s1, s1), -1n)), BigInt(n));
  return operation === 'VARIANCE' ? m2 / n : Math.sqrt(m2 / n);
}

function weighted({ events, states }: Parts): number | null {
  const tiles = states.map((state) => {
    if (state.kind !== 'wsum' || state.overflows > 0) throw new Error(state.kind);
    return state.terms;
  });
  if (tiles.length + events.length === 0) return null;
  const top = sum([
    ...tiles.map((terms) => termsOf(terms.weighted)),
    ...events.map(({ value, weight }) => mul(exact(value as number), exact(weight))),
  ]);
  const bottom = sum([
    ...tiles.map((terms) => termsOf(terms.weights)),
    ...events.map(({ weight }) => exact(weight)),
  ]);
  const result = round(top) / round(bottom);
  return Number.isFinite(result) ? result : null;
}

function vectorSum({ events, states }: Parts): OutputValue {
  const vectors = [
    ...states.map((state) => {
      if (state.kind !== 'vector' || state.length === null) throw new Error(state.kind);
      return state.terms.map(termsOf);
    }),
    ...events.map(({ value }) => (value as number[]).map(exact)),
  ];
  const [first] = vectors;
  return first?.map((_, i) => round(sum(vectors.map((vector) => vector[i]!)))) ?? null;
}

/** Strings by the registers of docs/formats.md; so few that counting the used ones is enough. */
function unique({ events, states }: Parts): number {
  const used = new Set<number>();
  for (const state of states) {
    if (state.kind !== 'hll') throw new Error(state.kind);
    whole(state.registers);
    for (const { register } of state.registers.shown) used.add(register);
  }
  for (const { value } of events)
    used.add(
      Number.parseInt(createHash('md5').update(String(value)).digest('hex').slice(0, 3), 16),
    );
  return Math.round(-4096 * Math.log(1 - used.size / 4096));
}
