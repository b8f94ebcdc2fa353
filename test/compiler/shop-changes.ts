import {
  type Aggregation,
  count,
  entities,
  events,
  type GroupBySpec,
  groupBy,
  type JoinSpec,
  join,
  last,
  max,
  min,
  part,
  type SourceSpec,
  sum,
} from '@tessera/api';
import type { ChangeClass } from '@tessera/compiler';

/** The pieces that changes are made of: definitions as options, so that one can be replaced. */
export interface Pieces {
  readonly payments: Record<string, unknown>;
  readonly visits: Record<string, unknown>;
  readonly shops: Record<string, unknown>;
  readonly spend: Record<string, unknown>;
  readonly habit: Record<string, unknown>;
  readonly parts: {
    readonly spend: object | null;
    readonly habit: object | null;
    readonly shops: object | null;
  };
  readonly order: readonly ('spend' | 'habit' | 'shops')[];
  readonly join: Record<string, unknown>;
  readonly more: readonly ('other' | 'otherPart' | 'secondJoin')[];
}

const SPEND: readonly Aggregation[] = [
  sum('amount', { windows: ['1d', '3d'] }),
  sum('cents', { windows: ['3d'] }),
  count({ windows: ['3d'] }),
];
const HABIT: readonly Aggregation[] = [
  max('amount', { windows: ['3d'], where: "kind = 'x'" }),
  last('kind'),
];

export const BASE: Pieces = {
  payments: {
    name: 'payments',
    path: 'payments',
    columns: {
      id: 'string!',
      user: 'string',
      shop: 'string',
      amount: 'double',
      cents: 'int32',
      kind: 'string',
      at: 'timestamp',
    },
    time: 'at',
    tieBreaker: 'id',
  },
  visits: {
    name: 'visits',
    path: 'visits',
    columns: { id: 'string!', user: 'string', shop: 'string', price: 'double', at: 'timestamp' },
    time: 'at',
  },
  shops: {
    name: 'shops',
    path: 'shops',
    keys: ['shop'],
    columns: { shop: 'string', rating: 'float' },
  },
  spend: { name: 'spend', keys: ['user'], aggregations: SPEND, online: true },
  habit: { name: 'habit', keys: ['shop'], aggregations: HABIT },
  parts: { spend: {}, habit: {}, shops: {} },
  order: ['spend', 'habit', 'shops'],
  join: { name: 'j', derive: { share: 'price / spend_amount_sum_3d' } },
  more: [],
};

/** Builders as untyped calls: what is changed is only known when it runs. */
type Make<T> = (options: Record<string, unknown>) => T;

export interface Shop {
  readonly groupBys: readonly GroupBySpec[];
  readonly joins: readonly JoinSpec[];
}

export function shopOf(pieces: Pieces): Shop {
  const payments = (events as unknown as Make<SourceSpec>)(pieces.payments);
  const visits = (events as unknown as Make<SourceSpec>)(pieces.visits);
  const shops = (entities as unknown as Make<SourceSpec>)(pieces.shops);
  const group = groupBy as unknown as Make<GroupBySpec>;
  const made = {
    spend: group({ ...pieces.spend, source: payments }),
    habit: group({ ...pieces.habit, source: payments }),
    shops,
  };
  const other = group({
    name: 'other',
    source: payments,
    keys: ['kind'],
    aggregations: [count({ windows: ['3d'] })],
  });
  const visiting = group({
    name: 'visiting',
    source: visits,
    keys: ['user'],
    aggregations: [count({ windows: ['3d'] })],
  });
  const asPart = part as unknown as (of: unknown, options: object) => unknown;
  const parts = pieces.order.flatMap((name) => {
    const options = pieces.parts[name];
    return options === null ? [] : [asPart(made[name], options)];
  });
  const { more } = pieces;
  const make = join as unknown as Make<JoinSpec>;
  const own = make({
    ...pieces.join,
    left: visits,
    parts: more.includes('otherPart') ? [...parts, asPart(visiting, {})] : parts,
  });
  return {
    groupBys: [
      made.spend,
      ...(pieces.parts.habit === null ? [] : [made.habit]),
      ...(more.includes('other') ? [other] : []),
      ...(more.includes('otherPart') ? [visiting] : []),
    ],
    joins: [
      own,
      ...(more.includes('secondJoin')
        ? [make({ name: 'k', left: visits, parts: [asPart(made.spend, {})] })]
        : []),
    ],
  };
}

export interface Change {
  readonly name: string;
  readonly to: Partial<Pieces>;
  readonly class: ChangeClass;
  /** Objects whose datasets, published before, are built again. */
  readonly rebuilt: readonly string[];
}

const spend = (to: Record<string, unknown>) => ({ spend: { ...BASE.spend, ...to } });
const habit = (to: Record<string, unknown>) => ({ habit: { ...BASE.habit, ...to } });
const payments = (to: Record<string, unknown>) => ({ payments: { ...BASE.payments, ...to } });
const visits = (to: Record<string, unknown>) => ({ visits: { ...BASE.visits, ...to } });
const joined = (to: Record<string, unknown>) => ({ join: { ...BASE.join, ...to } });
const parts = (to: Partial<Pieces['parts']>) => ({ parts: { ...BASE.parts, ...to } });
const columns = (of: 'payments' | 'visits', to: object) => ({
  columns: { ...(BASE[of].columns as object), ...to },
});
const without = (of: 'payments' | 'visits', column: string) => ({
  columns: Object.fromEntries(
    Object.entries(BASE[of].columns as object).filter(([name]) => name !== column),
  ),
});

const S = 'groupBy spend';
const H = 'groupBy habit';
const J = 'join j';
const [AMOUNT, CENTS, COUNT] = SPEND as readonly [Aggregation, Aggregation, Aggregation];
const LAST = HABIT[1]!;

export const CHANGES: readonly Change[] = [
  { name: 'nothing', to: {}, class: 'none', rebuilt: [] },
  { name: 'an owner', to: spend({ owner: 'team' }), class: 'none', rebuilt: [] },
  { name: 'a description', to: joined({ description: 'what it is' }), class: 'none', rebuilt: [] },
  { name: 'a version', to: spend({ version: '1.4.0' }), class: 'none', rebuilt: [] },
  { name: 'a deprecation', to: habit({ deprecated: 'use spend' }), class: 'none', rebuilt: [] },
  { name: 'no longer online', to: spend({ online: false }), class: 'breaking', rebuilt: [] },
  { name: 'online', to: habit({ online: true }), class: 'additive', rebuilt: [] },
  {
    name: 'a condition written otherwise',
    to: habit({ aggregations: [max('amount', { windows: ['3d'], where: "( kind='x' )" }), LAST] }),
    class: 'none',
    rebuilt: [],
  },
  {
    name: 'another window beside',
    to: spend({ aggregations: [sum('amount', { windows: ['1d', '3d', '2d'] }), CENTS, COUNT] }),
    class: 'additive',
    rebuilt: [S, J],
  },
  {
    name: 'a window less',
    to: spend({ aggregations: [sum('amount', { windows: ['3d'] }), CENTS, COUNT] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'another window instead',
    to: spend({ aggregations: [AMOUNT, CENTS, count({ windows: ['4d'] })] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'a window in hours',
    to: spend({ aggregations: [AMOUNT, CENTS, count({ windows: ['72h'] })] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'an unbounded window beside',
    to: spend({ aggregations: [AMOUNT, CENTS, count({ windows: ['3d', null] })] }),
    class: 'additive',
    rebuilt: [S, J],
  },
  {
    name: 'another aggregation',
    to: spend({ aggregations: [...SPEND, min('amount', { windows: ['3d'] })] }),
    class: 'additive',
    rebuilt: [S, J],
  },
  {
    name: 'an aggregation that has its state already',
    to: spend({ aggregations: [...SPEND, count('cents', { windows: ['1d'] })] }),
    class: 'additive',
    rebuilt: [S, J],
  },
  {
    name: 'an aggregation less',
    to: spend({ aggregations: [AMOUNT, COUNT] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'an aggregation renamed',
    to: spend({ aggregations: [AMOUNT, CENTS, count({ windows: ['3d'], as: 'times' })] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'aggregations in another order',
    to: spend({ aggregations: [COUNT, AMOUNT, CENTS] }),
    class: 'additive',
    rebuilt: [S, J],
  },
  {
    name: 'a condition',
    to: spend({ aggregations: [AMOUNT, CENTS, count({ windows: ['3d'], where: 'cents > 1' })] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'another condition',
    to: habit({ aggregations: [max('amount', { windows: ['3d'], where: "kind = 'y'" }), LAST] }),
    class: 'breaking',
    rebuilt: [H, J],
  },
  {
    name: 'buckets',
    to: spend({ aggregations: [AMOUNT, CENTS, count({ windows: ['3d'], by: 'kind' })] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'another operation under its name',
    to: habit({
      aggregations: [
        min('amount', { windows: ['3d'], where: "kind = 'x'", as: 'amount_max' }),
        LAST,
      ],
    }),
    class: 'breaking',
    rebuilt: [H, J],
  },
  { name: 'other keys', to: spend({ keys: ['shop'] }), class: 'breaking', rebuilt: [S, J] },
  { name: 'exact tails', to: habit({ tail: 'exact' }), class: 'breaking', rebuilt: [H, J] },
  { name: 'snapshots', to: habit({ accuracy: 'snapshot' }), class: 'breaking', rebuilt: [H, J] },
  {
    name: 'counts of nothing are null',
    to: spend({ empty: 'null' }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'only some columns',
    to: spend({ only: ['amount_sum_3d', 'count_3d'] }),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'a derived column of a groupBy',
    to: spend({ derive: { mean: 'amount_sum_3d / count_3d' } }),
    class: 'additive',
    rebuilt: [S, J],
  },
  { name: 'a lag', to: parts({ habit: { lag: '1d' } }), class: 'breaking', rebuilt: [J] },
  {
    name: 'an event of the same instant counts',
    to: parts({ spend: { at: 'inclusive' } }),
    class: 'breaking',
    rebuilt: [J],
  },
  {
    name: 'a missing snapshot is null',
    to: parts({ shops: { missing: 'null' } }),
    class: 'breaking',
    rebuilt: [J],
  },
  { name: 'a prefix', to: parts({ habit: { prefix: 'shop' } }), class: 'breaking', rebuilt: [J] },
  { name: 'a part less', to: parts({ shops: null }), class: 'breaking', rebuilt: [J] },
  {
    name: 'a groupBy less, and its part',
    to: parts({ habit: null }),
    class: 'breaking',
    rebuilt: [J],
  },
  {
    name: 'parts in another order',
    to: { order: ['shops', 'habit', 'spend'] },
    class: 'additive',
    rebuilt: [J],
  },
  {
    name: 'a derived column',
    to: joined({ derive: { share: 'price / spend_amount_sum_3d', twice: 'price * 2' } }),
    class: 'additive',
    rebuilt: [J],
  },
  {
    name: 'a derived column means something else',
    to: joined({ derive: { share: 'price / spend_amount_sum_1d' } }),
    class: 'breaking',
    rebuilt: [J],
  },
  {
    name: 'a derived column of another type',
    to: joined({ derive: { share: { expression: 'CAST(price AS string)', type: 'string' } } }),
    class: 'breaking',
    rebuilt: [J],
  },
  { name: 'a derived column less', to: joined({ derive: {} }), class: 'breaking', rebuilt: [J] },
  {
    name: 'only some columns of the join',
    to: joined({ only: ['share', 'habit_kind_last'] }),
    class: 'breaking',
    rebuilt: [J],
  },
  { name: 'another groupBy', to: { more: ['other'] }, class: 'additive', rebuilt: [] },
  {
    name: 'another groupBy and its part',
    to: { more: ['otherPart'] },
    class: 'additive',
    rebuilt: [J],
  },
  { name: 'another join', to: { more: ['secondJoin'] }, class: 'additive', rebuilt: [] },
  {
    name: 'a column declared that nobody reads',
    to: payments(columns('payments', { note: 'string' })),
    class: 'additive',
    rebuilt: [],
  },
  {
    name: 'a wider type of a column that is read',
    to: payments(columns('payments', { cents: 'int64' })),
    class: 'breaking',
    rebuilt: [S, J],
  },
  {
    name: 'a wider type of a column passed through',
    to: { shops: { ...BASE.shops, columns: { shop: 'string', rating: 'double' } } },
    class: 'widening',
    rebuilt: [J],
  },
  {
    name: 'a condition on all rows',
    to: payments({ where: 'amount > 1' }),
    class: 'breaking',
    rebuilt: [S, H, J],
  },
  { name: 'another place', to: payments({ path: 'moved' }), class: 'breaking', rebuilt: [S, H, J] },
  {
    name: 'another name of a source',
    to: payments({ name: 'paid' }),
    class: 'breaking',
    rebuilt: [],
  },
  {
    name: 'a column of the left',
    to: visits(columns('visits', { page: 'string' })),
    class: 'additive',
    rebuilt: [J],
  },
  {
    name: 'a column of the left less',
    to: { ...visits(without('visits', 'price')), ...joined({ derive: {} }) },
    class: 'breaking',
    rebuilt: [J],
  },
];
