import { type AggregationSpec, DAY_MS, type GroupBySpec, type JoinSpec } from '@tessera/api';
import type { Random } from '../oracle/prng.js';
import { clicks, orders, payments, profiles } from './history-sources.js';

/** What a history asks, as it is now. */
export interface Definitions {
  readonly r: Random;
  spend: GroupBySpec;
  stock: GroupBySpec;
  visits: GroupBySpec;
  lagMs: number;
  at: 'strict' | 'inclusive';
  /** Also of another user than the order's own: the same tiles under other keys of the left. */
  readonly ofFriend: boolean;
  /** Aggregations ever drawn: each has a name of its own. */
  drawn: number;
}

type Drawn = Omit<AggregationSpec, 'windows' | 'as'>;

const OF_PAYMENTS: readonly Drawn[] = [
  { operation: 'COUNT' },
  { operation: 'COUNT', input: 'amount' },
  { operation: 'COUNT', by: 'label' },
  { operation: 'SUM', input: 'amount' },
  { operation: 'SUM', input: 'amount', by: 'ok' },
  { operation: 'SUM', input: 'cents' },
  { operation: 'SUM', input: 'ok' },
  { operation: 'AVERAGE', input: 'amount' },
  { operation: 'WEIGHTED_AVERAGE', input: 'amount', weight: 'cents' },
  { operation: 'STDDEV', input: 'amount' },
  { operation: 'SKEW', input: 'cents' },
  { operation: 'KURTOSIS', input: 'amount' },
  { operation: 'MIN', input: 'label' },
  { operation: 'MAX', input: 'amount' },
  { operation: 'FIRST', input: 'label' },
  { operation: 'LAST', input: 'tags' },
  { operation: 'LAST', input: 'amount' },
  { operation: 'LAST_K', input: 'cents', k: 3 },
  { operation: 'FIRST_K', input: 'label', k: 2, by: 'ok' },
  { operation: 'TOP_K', input: 'label', k: 2 },
  { operation: 'BOTTOM_K', input: 'amount', k: 2 },
  { operation: 'UNIQUE_COUNT', input: 'label' },
  { operation: 'HISTOGRAM', input: 'tags' },
  { operation: 'TOP_K_FREQUENT', input: 'label', k: 2, maxDistinct: 5 },
  { operation: 'DIVERSITY', input: 'tags' },
  { operation: 'APPROX_UNIQUE_COUNT', input: 'label' },
  { operation: 'APPROX_UNIQUE_COUNT', input: 'cents' },
  { operation: 'APPROX_PERCENTILE', input: 'amount', percentiles: [50, 90] },
  { operation: 'RATE_OF_CHANGE', input: 'amount' },
];

const OF_CLICKS: readonly Drawn[] = [
  { operation: 'COUNT' },
  { operation: 'SUM', input: 'score' },
  { operation: 'LAST', input: 'page' },
  { operation: 'UNIQUE_COUNT', input: 'id' },
  { operation: 'VARIANCE', input: 'score', by: 'page' },
];

/** Bounds on every grid, and windows that hold whole blocks. */
const WINDOWS = ['30m', '1h', '6h', '12h', '7d', '12d', '40d', '130d', null, null] as const;

export function drawDefinitions(r: Random): Definitions {
  const bare = { kind: 'groupBy', aggregations: [], tail: 'sawtooth', empty: 'zero' } as const;
  const definitions: Definitions = {
    r,
    spend: {
      ...bare,
      name: 'spend',
      source: payments,
      keys: ['user'],
      accuracy: 'temporal',
      online: false,
    },
    stock: {
      ...bare,
      name: 'stock',
      source: payments,
      keys: ['item'],
      accuracy: 'snapshot',
      online: false,
    },
    visits: {
      ...bare,
      name: 'visits',
      source: clicks,
      keys: ['user'],
      accuracy: 'temporal',
      online: false,
    },
    lagMs: 0,
    at: 'strict',
    ofFriend: r.chance(0.4),
    drawn: 0,
  };
  for (const name of NAMES)
    for (let n = r.between(1, 2); n > 0; n--) addAggregation(definitions, name);
  return definitions;
}

export const NAMES = ['spend', 'stock', 'visits'] as const;
type Name = (typeof NAMES)[number];

export function joinOf(definitions: Definitions): JoinSpec {
  const { spend, stock, visits, lagMs, at, ofFriend } = definitions;
  const part = { lagMs: 0, at: 'strict', missing: 'error' } as const;
  const keysOf = ({ keys }: GroupBySpec) => keys.map((key) => ({ left: key, right: key }));
  const pass: GroupBySpec = {
    kind: 'groupBy',
    name: 'profiles',
    source: profiles,
    keys: ['user'],
    aggregations: [],
    accuracy: 'snapshot',
    tail: 'sawtooth',
    empty: 'zero',
    online: false,
  };
  const [key] = visits.keys;
  const friends = { ...part, groupBy: visits, keys: [{ left: 'friend', right: key! }] };
  return {
    kind: 'join',
    name: 'asked',
    left: orders,
    parts: [
      { ...part, groupBy: spend, keys: keysOf(spend), at },
      { ...part, groupBy: stock, keys: keysOf(stock), lagMs },
      { ...part, groupBy: visits, keys: keysOf(visits), lagMs },
      { ...part, groupBy: pass, keys: keysOf(pass), missing: 'null' },
      ...(ofFriend ? [{ ...friends, prefix: 'friend' }] : []),
    ],
  };
}

/** Another groupBy over the rows and keys of one of them: it shares their tiles. */
export function neighbourOf(definitions: Definitions, name: Name): GroupBySpec {
  const { source, keys } = definitions[name];
  const drawn = definitions.r.pick(poolOf(name));
  const windows = drawWindows(definitions.r);
  const aggregations = [{ ...drawn, windows, as: `n${definitions.drawn++}` }];
  return { ...definitions[name], name: 'neighbour', source, keys, aggregations };
}

const poolOf = (name: Name): readonly Drawn[] => (name === 'visits' ? OF_CLICKS : OF_PAYMENTS);

function drawWindows(r: Random): AggregationSpec['windows'] {
  return [...new Set(Array.from({ length: r.pick([1, 1, 2, 3]) }, () => r.pick(WINDOWS)))];
}

function addAggregation(definitions: Definitions, name: Name): void {
  const { r } = definitions;
  const groupBy = definitions[name];
  const drawn = r.pick(poolOf(name));
  const windows = drawWindows(r);
  const aggregation = { ...drawn, windows, as: `a${definitions.drawn++}` };
  definitions[name] = { ...groupBy, aggregations: [...groupBy.aggregations, aggregation] };
}

function change(
  definitions: Definitions,
  name: Name,
  to: (aggregation: AggregationSpec) => Partial<AggregationSpec>,
): void {
  const groupBy = definitions[name];
  const at = definitions.r.below(groupBy.aggregations.length);
  const changed = groupBy.aggregations.map((one, i) => (i === at ? { ...one, ...to(one) } : one));
  definitions[name] = { ...groupBy, aggregations: changed };
}

/** What happens to definitions; each tells where. */
export const DEFINITION_STEPS = {
  'another window'(definitions) {
    const { r } = definitions;
    const name = r.pick(NAMES);
    change(definitions, name, ({ windows }) => ({
      windows: [...new Set([...windows, r.pick(WINDOWS), r.pick(WINDOWS)])],
    }));
    return name;
  },
  'another aggregation'(definitions) {
    const name = definitions.r.pick(NAMES);
    addAggregation(definitions, name);
    return name;
  },
  'another predicate'(definitions) {
    const { r } = definitions;
    const name = r.pick(['spend', 'stock'] as const);
    change(definitions, name, () => ({
      where: r.pick([
        { op: 'column', column: 'ok' } as const,
        {
          op: '>',
          left: { op: 'column', column: 'amount' },
          right: { op: 'literal', literal: 0 },
        } as const,
        { op: 'is_null', operand: { op: 'column', column: 'label' } } as const,
      ]),
    }));
    return name;
  },
  'other keys'(definitions) {
    const { r } = definitions;
    const name = r.pick(['spend', 'stock'] as const);
    const keys = r.pick([['user'], ['item'], ['user', 'item'], ['item', 'user']]);
    definitions[name] = { ...definitions[name], keys };
    return `${name} ${keys}`;
  },
  'another tail'(definitions) {
    const name = definitions.r.pick(NAMES);
    const tail = definitions[name].tail === 'exact' ? 'sawtooth' : 'exact';
    definitions[name] = { ...definitions[name], tail };
    return `${name} ${tail}`;
  },
  'another lag'(definitions) {
    definitions.lagMs = definitions.r.pick([0, 1, 3_600_000, DAY_MS, 9 * DAY_MS]);
    return `${definitions.lagMs} ms`;
  },
  'another head'(definitions) {
    definitions.at = definitions.at === 'strict' ? 'inclusive' : 'strict';
    return definitions.at;
  },
  'another tie-breaker'(definitions) {
    const name = definitions.r.pick(NAMES);
    const { source } = definitions[name];
    const columns = name === 'visits' ? ['user', 'score', 'page'] : ['label', 'cents', 'item'];
    const tieBreaker = definitions.r.pick(columns);
    definitions[name] = { ...definitions[name], source: { ...source, tieBreaker } };
    return `${name} ${tieBreaker}`;
  },
  'another source filter'(definitions) {
    const name = definitions.r.pick(['spend', 'stock'] as const);
    const where = { op: 'is_null', operand: { op: 'column', column: 'cents' } } as const;
    const { source } = definitions[name];
    const { where: before, ...bare } = source;
    const changed = before === undefined ? { ...bare, where } : bare;
    definitions[name] = { ...definitions[name], source: changed };
    return name;
  },
} satisfies Record<string, (definitions: Definitions) => string>;
