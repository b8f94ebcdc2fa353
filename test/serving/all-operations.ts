import * as api from '@tessera/api';
import {
  type DataType,
  events,
  groupBy,
  type JoinSpec,
  join,
  OPERATIONS,
  type Operation,
  parseType,
  part,
} from '@tessera/api';
import { TYPED } from './typed-lake.js';

const typed = events({
  name: 'typed',
  path: 'typed',
  columns: {
    id: 'string',
    user_id: 'string',
    merchant_id: 'string',
    currency: 'string',
    ts: 'timestamp',
    ...TYPED,
  },
  time: 'ts',
  tieBreaker: 'id',
});

const left = events({
  name: 'requests',
  path: 'requests',
  columns: {
    id: 'int64',
    user_id: 'string',
    merchant_id: 'string',
    currency: 'string',
    at_ms: 'epoch_ms',
  },
  time: 'at_ms',
});

const K: ReadonlySet<Operation> = new Set([
  'FIRST_K',
  'LAST_K',
  'TOP_K',
  'BOTTOM_K',
  'TOP_K_FREQUENT',
]);

/** Lists that operations on vectors take have one length. */
function takes(operation: Operation, column: string, type: DataType): boolean {
  if (operation.startsWith('VECTOR')) return column === 'vec';
  return api.takesType(operation, type);
}

function aggregation(
  operation: Operation,
  column: string,
  windows: readonly (string | null)[],
): api.Aggregation | null {
  const type = parseType(TYPED[column as keyof typeof TYPED]);
  if (!takes(operation, column, type)) return null;
  const name = operation.toLowerCase().replaceAll(/_(.)/g, (_, c: string) => c.toUpperCase());
  const build = (
    api as unknown as Record<string, (input: string, options: object) => api.Aggregation>
  )[name]!;
  return build(column, {
    windows,
    ...(K.has(operation) && { k: 3 }),
    ...(operation === 'APPROX_PERCENTILE' && { percentiles: [50, 99] }),
    ...(operation === 'WEIGHTED_AVERAGE' && { weight: 'amount' }),
  });
}

/** One part for each type, with every operation that takes it, over every window. */
export function everything(windows: readonly (string | null)[]): JoinSpec {
  const parts = Object.keys(TYPED).map((column) =>
    part(
      groupBy({
        name: `of_${column}`,
        source: typed,
        keys: ['user_id'],
        aggregations: OPERATIONS.flatMap(
          (operation) => aggregation(operation, column, windows) ?? [],
        ) as never,
        online: true,
      }),
    ),
  );
  return join({
    name: 'everything',
    left,
    parts: parts as never,
    online: true,
  }) as unknown as JoinSpec;
}

/** What else decides a value: filters, buckets, lags, snapshots, heads, nulls for counts, several keys. */
export function variants(windows: readonly (string | null)[]): JoinSpec {
  const some = (name: string, options: object = {}) =>
    groupBy({
      name,
      source: typed,
      keys: ['user_id'],
      aggregations: [
        api.count({ windows }),
        api.sum('amount', { windows, where: 'amount > 20', as: 'large' }),
        api.average('dec', { windows, by: 'currency' }),
        api.count('name', { windows, by: 'currency' }),
        api.last('name', { windows, by: 'flag', where: 'i32 > 0' }),
        api.histogram('tags', { windows }),
        api.approxUniqueCount('tags', { windows }),
        api.min('ns', { windows, by: 'i32', where: 'i32 % 97 = 0' }),
      ],
      online: true,
      ...options,
    } as never);
  const pairs = groupBy({
    name: 'pairs',
    source: typed,
    keys: ['currency', 'user_id'],
    aggregations: [
      api.count({ windows }),
      api.sum('i32', { windows }),
      api.last('ts', { windows }),
    ],
    online: true,
  } as never);
  const parts = [
    part(some('plain')),
    part(some('late'), { lag: '7d', prefix: 'week' } as never),
    part(some('hours'), { lag: '90m' } as never),
    part(some('days', { accuracy: 'snapshot' })),
    part(some('late_days', { accuracy: 'snapshot' }), { lag: '36h' } as never),
    part(some('heads'), { at: 'inclusive' } as never),
    part(some('late_heads'), { at: 'inclusive', lag: '1d' } as never),
    part(some('nothing', { empty: 'null' })),
    part(pairs),
  ];
  return join({
    name: 'variants',
    left,
    parts: parts as never,
    online: true,
  }) as unknown as JoinSpec;
}
