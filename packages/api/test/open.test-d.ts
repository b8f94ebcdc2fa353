import {
  type Aggregation,
  count,
  events,
  type FeatureRow,
  type GroupBySpec,
  groupBy,
  type JoinSpec,
  join,
  part,
  type Source,
  type SourceSpec,
  sum,
} from '@tessera/api';
import { expectTypeOf, test } from 'vitest';
import { transactions } from './fraud.js';

test('definitions made by a program compile: names and types are then checked at run time', () => {
  const columns: Record<string, 'double' | 'timestamp' | 'string'> = { t: 'timestamp' };
  const name: string = 'anything';
  const source = events({ name, path: 'p', columns, time: name });
  const aggregations: Aggregation[] = [sum(name, { windows: ['7d'] }), count()];
  aggregations.push(sum(name, { windows: ['7d', null], by: name, as: name }));
  const g = groupBy({ name, source, keys: [name], aggregations });
  const whole = join({
    name,
    left: source,
    parts: [part(g), part(g, { prefix: name, lag: '1d' })],
  });
  expectTypeOf(whole).toExtend<JoinSpec>();
  expectTypeOf(g).toExtend<GroupBySpec>();
  const parts = Array.from({ length: 3 }, (_, idx) => part(g, { prefix: `p${idx}` }));
  join({ name, left: transactions, parts: [] });
  join({ name, left: source, parts });
});

test('plain specs are taken too', () => {
  const plain: SourceSpec = transactions;
  const base: Source = transactions;
  groupBy({ name: 'g', source: plain, keys: ['user_id'], aggregations: [count()] });
  groupBy({ name: 'g', source: base, keys: ['user_id'], aggregations: [sum('amount')] });
});

test('a row of unknown columns is a record', () => {
  const columns: Record<string, 'double' | 'date'> = { t: 'date' };
  const left = events({ name: 'l', path: 'l', columns, time: 't' });
  const g = groupBy({ name: 'g', source: left, keys: ['x'], aggregations: [count()] });
  const whole = join({ name: 'j', left, parts: [part(g)] });
  type Row = FeatureRow<typeof whole>;
  expectTypeOf<Row['g_count']>().toExtend<unknown>();
});
