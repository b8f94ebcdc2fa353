import {
  ahead,
  average,
  count,
  events,
  groupBy,
  type JoinSpec,
  join,
  lastK,
  max,
  part,
  type SourceSpec,
  sum,
} from '@tessera/api';
import { type Random, random } from '../oracle/prng.js';
import { isoDay } from '../oracle/time.js';
import type { Row, Tables } from '../oracle/types.js';

/** A join with labels, and sources that grow by the day. */
export interface History {
  readonly join: JoinSpec;
  readonly sources: readonly SourceSpec[];
  /** Days in the order in which they arrive; a day that is left out never does. */
  readonly days: readonly string[];
  /** Rows of one day of one source, as its `ds` folder holds them. */
  readonly rows: (source: string, ds: string) => readonly Row[];
  /** Everything up to a day. */
  readonly upTo: (ds: string) => Tables;
}

const HOUR = 3_600_000;
const FIRST = Date.parse('2025-03-01T00:00:00Z');

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: {
    id: 'int32',
    user: 'string',
    shop: 'string',
    amount: 'double',
    cents: 'int64',
    channel: 'string',
    bad: 'boolean',
    at: 'timestamp',
  },
  time: 'at',
  tieBreaker: 'id',
});
const outcomes = events({
  name: 'outcomes',
  path: 'outcomes',
  columns: { id: 'int32', customer: 'string', kind: 'string', loss: 'double', seen: 'timestamp' },
  time: 'seen',
  tieBreaker: 'id',
});

/** Windows shorter than a day, of whole days and neither, so that rows of a day are known, in part known, or not. */
const WINDOWS = ['6h', '1d', '30h', '2d', '3d', '5d'] as const;

const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['12h', '2d'] }), count({ windows: ['1d'] })],
});
const risk = groupBy({
  name: 'risk',
  source: payments,
  keys: ['shop'],
  aggregations: [max('bad', { windows: ['1d', '3d'] }), average('cents')],
});
const losses = groupBy({
  name: 'losses',
  source: outcomes,
  keys: ['customer'],
  aggregations: [lastK('kind', { k: 2, windows: ['2d'] })],
});

function drawLabels(r: Random) {
  const windows = () => r.shuffle(WINDOWS).slice(0, r.between(1, 2));
  const keys = r.pick([['user'], ['shop'], ['user', 'shop']]);
  const mapped = { user: 'customer' };
  const asOf = r.chance(0.15) ? { asOf: r.pick(['2025-03-04', '2025-03-05T07:30:00Z']) } : {};
  const all = [
    () => ahead('bad', { operation: 'max', windows: windows(), keys, ...asOf }),
    () => ahead('cents', { operation: 'sum', windows: windows(), keys }),
    () => ahead('amount', { operation: 'average', windows: windows(), keys, where: 'bad' }),
    () => ahead({ operation: 'count', windows: windows(), keys, empty: r.pick(['zero', 'null']) }),
    () => ahead('channel', { operation: 'lastK', k: 2, windows: windows(), keys }),
    () => ahead('amount', { operation: 'sum', windows: windows(), keys, by: 'channel' }),
    () => ahead('channel', { operation: 'histogram', windows: windows(), keys, as: 'how' }),
    () => ahead('shop', { operation: 'uniqueCount', windows: windows(), keys: ['user'] }),
    () => ahead('kind', { operation: 'first', windows: windows(), keys: mapped, source: outcomes }),
    () =>
      ahead('loss', { operation: 'stddev', windows: windows(), keys: mapped, source: outcomes }),
    () =>
      ahead('kind', {
        operation: 'count',
        ...{ windows: windows(), keys: mapped, source: outcomes, where: "kind <> 'none'" },
      }),
  ];
  return r
    .shuffle(all)
    .slice(0, r.between(1, 3))
    .map((draw) => draw());
}

/** Times of a day on a grid, so that events lie exactly at `q` and at `q + W`, and now and then 1 ms beside. */
function drawTime(day: number, isLate: boolean, r: Random): string | null {
  if (r.chance(0.03)) return null;
  const back = isLate ? r.between(1, 3) : 0;
  const inDay = r.below(24) * HOUR - (r.below(24) === 0 ? 0 : r.pick([0, 0, 0, 1]));
  const ms = FIRST + (day - back) * 24 * HOUR + Math.max(0, inDay);
  return new Date(ms).toISOString();
}

export function randomHistory(seed: number): History {
  const r = random(seed);
  const made = join({
    name: 'history',
    left: payments,
    parts: [
      part(spend),
      ...(r.chance(0.7) ? [part(risk, { lag: r.pick(['1d', '12h', '2d']) })] : []),
      ...(r.chance(0.4) ? [part(losses, { keys: { user: 'customer' } })] : []),
    ],
    labels: drawLabels(r),
  });
  const total = r.between(4, 8);
  const numbers = Array.from({ length: total }, (_, day) => day).filter(
    (day) => day === 0 || !r.chance(0.1),
  );
  const days = numbers.map((day) => isoDay(FIRST / (24 * HOUR) + day));
  const users = ['u1', 'u2', 'u3'];
  const shops = ['s1', 's2'];
  let id = 0;
  const table = new Map<string, Row[]>();
  for (const [at, day] of numbers.entries()) {
    // A left row of another day than its folder's is in the way of saying which days of labels change.
    const count = r.chance(0.1) ? 0 : r.between(1, 8);
    table.set(
      `payments ${days[at]}`,
      Array.from({ length: count }, () => ({
        id: id++,
        user: r.chance(0.05) ? null : r.pick(users),
        shop: r.pick(shops),
        amount: r.chance(0.1) ? null : r.below(1000) / 8,
        cents: r.chance(0.1) ? null : BigInt(r.below(1000)),
        channel: r.pick(['app', 'web', null]),
        bad: r.pick([true, false, false, null]),
        at: drawTime(day, false, r),
        ds: days[at]!,
      })),
    );
    table.set(
      `outcomes ${days[at]}`,
      Array.from({ length: r.between(0, 4) }, () => ({
        id: id++,
        customer: r.pick(users),
        kind: r.pick(['none', 'refund', 'dispute', null]),
        loss: r.below(100) / 4,
        seen: drawTime(day, r.chance(0.3), r),
        ds: days[at]!,
      })),
    );
  }
  const sources = [payments, outcomes];
  const rows = (source: string, ds: string) => table.get(`${source} ${ds}`) ?? [];
  return {
    join: made,
    sources,
    days,
    rows,
    upTo: (ds) =>
      Object.fromEntries(
        sources.map(({ name }) => [
          name,
          days.filter((day) => day <= ds).flatMap((day) => rows(name, day)),
        ]),
      ),
  };
}
