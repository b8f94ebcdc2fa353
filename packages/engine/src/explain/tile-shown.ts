import { type Expansion, expansionToBigInt, roundExpansion, rowValue } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type StateFamily, valueType } from '@tessera/tiling';
import type { Value } from '../values/from-column.js';
import { instantText } from './instant.js';
import type { Listed, ShownEvent, ShownState, ShownTerms } from './tile-piece.js';
import type { StateRow, TimedValue } from './tile-state.js';

/**
 * States of a tile as they are told: plain values, long lists cut.
 *
 * @param rows one, or those of RATE_OF_CHANGE: first, last, count
 */
export function shownState(
  rows: readonly StateRow[],
  family: StateFamily,
  limit: number,
): ShownState {
  const type = valueType(family);
  const value = (one: StateRow & { readonly kind: 'min' | 'max' }): Value =>
    type === null ? null : rowValue(type, one.value, 'bigint');
  const [state, last, count] = rows;
  if (state?.kind === 'first' && last?.kind === 'last' && count?.kind === 'count') {
    const [oldest, newest] = [state.events[0], last.events[0]];
    if (oldest === undefined || newest === undefined) throw new TypeError('a rate without values');
    return {
      kind: 'rate',
      n: count.n,
      first: shownEvent(family, oldest),
      last: shownEvent(family, newest),
    };
  }
  if (state === undefined || rows.length !== 1) throw new TypeError('states of no operation');
  const values = (all: readonly TimedValue['value'][]): Listed<Value> =>
    listed(all, limit, (one) => (type === null ? null : rowValue(type, one, 'bigint')));
  switch (state.kind) {
    case 'count':
      return state;
    case 'sum':
      return shownSum(state, type);
    case 'isum':
      return { kind: 'sum', n: state.n, sum: rowValue(sumType(type), state.sum, 'bigint') };
    case 'moments':
      return {
        kind: 'moments',
        n: state.n,
        overflows: state.overflows,
        sums: state.sums.map((sum) => roundExpansion(sum)),
        terms: state.sums.map(shownTerms),
      };
    case 'wsum': {
      const { kind, n, overflows, weighted, weights } = state;
      return {
        ...{ kind, n, overflows },
        weighted: roundExpansion(weighted),
        weights: roundExpansion(weights),
        terms: { weighted: shownTerms(weighted), weights: shownTerms(weights) },
      };
    }
    case 'min':
    case 'max':
      return { kind: state.kind, value: value(state) };
    case 'first':
    case 'last': {
      const events = listed(state.events, limit, (one) => shownEvent(family, one));
      return { kind: state.kind, events };
    }
    case 'top':
    case 'bottom':
      return { kind: state.kind, values: values(state.values) };
    case 'distinct': {
      const n = state.values.reduce((sum, one) => sum + one.n, 0);
      const own = listed(state.values, limit, (one) => ({
        value: type === null ? null : rowValue(type, one.value, 'bigint'),
        n: one.n,
      }));
      return { kind: 'distinct', n, values: own };
    }
    case 'hll': {
      const registers = listed(state.slots, limit, (slot) => ({
        register: slot >> 6,
        rank: slot & 63,
      }));
      return { kind: 'hll', registers };
    }
    case 'percentile': {
      const n = state.buckets.reduce((sum, one) => sum + one.n, 0);
      return { kind: 'percentile', n, buckets: listed(state.buckets, limit, (one) => one) };
    }
    case 'vector': {
      const { kind, n, length, sums } = state;
      return {
        ...{ kind, n },
        length: length < 0 ? null : length,
        sums: sums.map((sum) => roundExpansion(sum)),
        terms: sums.map(shownTerms),
      };
    }
  }
}

export function listed<T, S>(all: readonly T[], limit: number, shown: (one: T) => S): Listed<S> {
  return { count: all.length, shown: all.slice(0, limit).map(shown) };
}

function shownEvent({ tie, ...family }: StateFamily, event: TimedValue): ShownEvent {
  const type = valueType(family);
  return {
    time: instantText(event.t),
    tieBreaker: tie === undefined ? null : rowValue(tie.type, event.tie, 'bigint'),
    value: type === null ? null : rowValue(type, event.value, 'bigint'),
  };
}

function shownSum(
  { n, terms }: StateRow & { readonly kind: 'sum' },
  type: DataType | null,
): ShownState {
  // Wide decimals are summed as doubles that add up to an integer.
  if (type?.kind === 'decimal') {
    const sum = rowValue(sumType(type), expansionToBigInt(terms), 'bigint');
    return { kind: 'sum', n, sum };
  }
  return { kind: 'sum', n, sum: roundExpansion(terms), terms: shownTerms(terms) };
}

/** Of whole numbers and decimals. */
function sumType(type: DataType | null): DataType {
  return type?.kind === 'decimal'
    ? { kind: 'decimal', precision: 38, scale: type.scale }
    : { kind: 'int64' };
}

function shownTerms(terms: Expansion): ShownTerms {
  return terms.map((term) => (Number.isFinite(term) ? term : 'Infinity'));
}
