import {
  approxUniqueCount,
  average,
  count,
  events,
  groupBy,
  type Join,
  join,
  last,
  lastK,
  max,
  min,
  part,
  stddev,
  sum,
} from '@tessera/api';
import { type DataSpec, LOOKUPS } from '../data.js';

const COLUMNS = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;

/** Two events a day and key for 40 days, in each of three tables. */
export function serveSpec(scale: number): DataSpec {
  const keys = Math.max(20, Math.round(25_000 * scale));
  return {
    ...{ events: keys * 80, leftRows: Math.max(400, Math.round(40_000 * scale)), keys },
    ...{ hotShare: 0, days: 40, seed: 42, columns: 'lookups' as const },
  };
}

/** 50 features of four groupBys, all of one key: what a service asks for in one request. */
export function serveJoin(): Join {
  const left = events({ name: 'requests', path: 'left', columns: COLUMNS, time: 'ts' });
  const [prices, scores, limits] = LOOKUPS.map((name) =>
    events({ name, path: name, columns: { ...COLUMNS, amount: 'double' }, time: 'ts' }),
  );
  const keys = ['user_id'] as const;
  const recent = groupBy({
    name: 'recent',
    source: prices!,
    keys,
    // 14
    aggregations: [
      count({ windows: ['10m', '1h', '6h', '1d'] }),
      sum('amount', { windows: ['10m', '1h', '6h', '1d'] }),
      max('amount', { windows: ['1h', '1d'] }),
      average('amount', { windows: ['1h', '6h', '1d'] }),
      last('amount'),
    ],
    online: true,
  });
  const history = groupBy({
    name: 'history',
    source: prices!,
    keys,
    // 12
    aggregations: [
      count({ windows: ['7d', '14d', '30d', null] }),
      average('amount', { windows: ['7d', '14d', '30d'] }),
      stddev('amount', { windows: ['7d', '30d'] }),
      sum('amount', { windows: ['7d', '30d'], where: 'amount > 100', as: 'large' }),
      lastK('amount', { k: 5 }),
    ],
    online: true,
  });
  const score = groupBy({
    name: 'score',
    source: scores!,
    keys,
    // 12
    aggregations: [
      count({ windows: ['1h', '1d', '7d'] }),
      average('amount', { windows: ['1h', '1d', '7d', '30d'] }),
      min('amount', { windows: ['7d', '30d'] }),
      max('amount', { windows: ['7d', '30d'] }),
      approxUniqueCount('row_id', { windows: ['7d'] }),
    ],
    online: true,
  });
  const limit = groupBy({
    name: 'limit',
    source: limits!,
    keys,
    // 12
    aggregations: [
      count({ windows: ['1d', '7d', '30d'] }),
      sum('amount', { windows: ['1d', '7d', '30d'] }),
      average('amount', { windows: ['1d', '7d', '30d'] }),
      min('amount', { windows: ['30d'] }),
      max('amount', { windows: ['30d'] }),
      last('amount'),
    ],
    online: true,
  });
  return join({
    name: 'serve',
    left,
    parts: [part(recent), part(history), part(score), part(limit)],
    online: true,
  });
}
