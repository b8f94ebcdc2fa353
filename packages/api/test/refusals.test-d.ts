import {
  ahead,
  approxPercentile,
  average,
  count,
  entities,
  events,
  firstK,
  groupBy,
  histogram,
  join,
  last,
  lastK,
  part,
  skew,
  sum,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { test } from 'vitest';
import { fraudV2, merchantProfiles, transactions, userSpend } from './fraud.js';

const clicks = events({
  name: 'clicks',
  path: 'clicks',
  columns: { user_id: 'int64', at: 'epoch_ms', tags: 'list<string>', vec: 'list<double>' },
  time: 'at',
});

const base = { name: 'g', source: transactions, keys: ['user_id'] } as const;

test('sources', () => {
  const columns = { a: 'string', t: 'timestamp' } as const;
  events({ name: 's', path: 'p', columns, time: 't', tieBreaker: 'a' });
  // @ts-expect-error no such column
  events({ name: 's', path: 'p', columns, time: 'when' });
  // @ts-expect-error a string is no time
  events({ name: 's', path: 'p', columns, time: 'a' });
  // @ts-expect-error no such column
  events({ name: 's', path: 'p', columns, time: 't', tieBreaker: 'b' });
  // @ts-expect-error not a type
  events({ name: 's', path: 'p', columns: { t: 'timestamp', a: 'text' }, time: 't' });
  // @ts-expect-error misspelt option
  events({ name: 's', path: 'p', columns, time: 't', tiebreaker: 'a' });
  // @ts-expect-error events need a time
  events({ name: 's', path: 'p', columns });
  entities({ name: 's', path: 'p', columns, keys: ['a'], dedupe: { orderBy: 't' } });
  // @ts-expect-error no such key
  entities({ name: 's', path: 'p', columns, keys: ['b'] });
});

test('columns of aggregations', () => {
  // @ts-expect-error unknown column
  groupBy({ ...base, aggregations: [sum('ammount')] });
  // @ts-expect-error unknown column, with options
  groupBy({ ...base, aggregations: [count(), sum('ammount', { windows: ['1d'] })] });
  // @ts-expect-error unknown column of a count
  groupBy({ ...base, aggregations: [count('ammount')] });
  // @ts-expect-error unknown column of an operation that takes any type
  groupBy({ ...base, aggregations: [last('ammount')] });
  // @ts-expect-error unknown bucket
  groupBy({ ...base, aggregations: [sum('amount', { by: 'chanel' })] });
  // @ts-expect-error a list is no bucket
  groupBy({ name: 'g', source: clicks, keys: ['user_id'], aggregations: [count({ by: 'tags' })] });
  // @ts-expect-error unknown weight
  groupBy({ ...base, aggregations: [weightedAverage('amount', { weight: 'w' })] });
  // @ts-expect-error a string is no weight
  groupBy({ ...base, aggregations: [weightedAverage('amount', { weight: 'channel' })] });
});

test('operations and types', () => {
  // @ts-expect-error a string has no sum
  groupBy({ ...base, aggregations: [sum('user_id')] });
  // @ts-expect-error a time stamp has no average
  groupBy({ ...base, aggregations: [average('ts')] });
  // @ts-expect-error a boolean has a sum but no skew
  groupBy({ ...base, aggregations: [sum('is_fraud'), skew('is_fraud')] });
  // @ts-expect-error a number is no vector
  groupBy({ ...base, aggregations: [vectorSum('amount')] });
  // @ts-expect-error strings are no vector
  groupBy({ name: 'g', source: clicks, keys: ['user_id'], aggregations: [vectorSum('tags')] });
  // @ts-expect-error strings in a list have no percentiles
  groupBy({ ...clicked, aggregations: [approxPercentile('tags', { percentiles: [50] })] });
  groupBy({ ...clicked, aggregations: [sum('vec'), vectorSum('vec'), histogram('tags')] });
});
const clicked = { name: 'g', source: clicks, keys: ['user_id'] } as const;

test('options', () => {
  // @ts-expect-error not a window
  sum('amount', { windows: ['7 days'] });
  // @ts-expect-error no such unit
  sum('amount', { windows: ['1w'] });
  // @ts-expect-error misspelt option
  sum('amount', { window: ['7d'] });
  // @ts-expect-error misspelt beside a right one
  count({ windows: ['7d'], were: 'x' });
  // @ts-expect-error k is needed
  lastK('amount');
  // @ts-expect-error k is a number
  firstK('amount', { k: '3' });
  // @ts-expect-error no such tail
  sum('amount', { tail: 'smooth' });
});

test('keys of groupBys', () => {
  // @ts-expect-error unknown key
  groupBy({ name: 'g', source: transactions, keys: ['usr'], aggregations: [count()] });
  // @ts-expect-error a list is no key
  groupBy({ name: 'g', source: clicks, keys: ['tags'], aggregations: [count()] });
  // @ts-expect-error misspelt option
  groupBy({ ...base, aggregations: [count()], onlin: true });
});

test('parts', () => {
  join({ name: 'j', left: transactions, parts: [part(userSpend)] });
  const renamed = part(userSpend, { keys: { usr_id: 'user_id' } });
  // @ts-expect-error the left has no usr_id
  join({ name: 'j', left: transactions, parts: [renamed] });
  // @ts-expect-error the groupBy has no key usr_id
  part(userSpend, { keys: { user_id: 'usr_id' } });
  // @ts-expect-error the left has no user_id by itself
  join({ name: 'j', left: merchantProfiles, parts: [part(userSpend)] });
  // @ts-expect-error int64 on the left, string on the right
  join({ name: 'j', left: clicks, parts: [part(userSpend)] });
  // @ts-expect-error the same through a mapping
  join({ name: 'j', left: clicks, parts: [part(userSpend, { keys: { at: 'user_id' } })] });
  // @ts-expect-error entities by a key that the left does not have
  join({ name: 'j', left: clicks, parts: [part(merchantProfiles)] });
  // @ts-expect-error the second of two parts
  join({ name: 'j', left: clicks, parts: [part(groupByUser), part(merchantProfiles)] });
  // @ts-expect-error events are no part
  part(transactions);
  // @ts-expect-error a join is no part
  part(fraudV2);
  // @ts-expect-error not a window
  part(userSpend, { lag: '1 week' });
  // @ts-expect-error no such option
  part(userSpend, { delay: '7d' });
});
const groupByUser = groupBy({ ...clicked, aggregations: [count()] });

test('labels', () => {
  const parts = [part(userSpend)] as const;
  const left = transactions;
  const options = { operation: 'max', windows: ['7d'], keys: ['user_id'] } as const;
  join({ name: 'j', left, parts, labels: [ahead('is_fraud', options)] });
  // @ts-expect-error no such column
  join({ name: 'j', left, parts, labels: [ahead('is_frod', options)] });
  // @ts-expect-error no such key
  join({ name: 'j', left, parts, labels: [ahead('is_fraud', { ...options, keys: ['usr'] })] });
  // @ts-expect-error no such operation
  ahead('is_fraud', { ...options, operation: 'biggest' });
  // @ts-expect-error never unbounded
  ahead('is_fraud', { ...options, windows: [null] });
  // @ts-expect-error a boolean has no skew
  join({ name: 'j', left, parts, labels: [ahead('is_fraud', { ...options, operation: 'skew' })] });
  // @ts-expect-error no such bucket
  join({ name: 'j', left, parts, labels: [ahead('is_fraud', { ...options, by: 'chanel' })] });
  // @ts-expect-error a label is no part
  join({ name: 'j', left, parts: [ahead('is_fraud', options)] });
  // @ts-expect-error a part is no label
  join({ name: 'j', left, parts, labels: [part(userSpend)] });
  const over = { ...options, source: clicks } as const;
  // @ts-expect-error the left's user_id is text, and that of the source a number
  join({ name: 'j', left, parts, labels: [ahead('at', { ...over, keys: ['user_id'] })] });
  // @ts-expect-error the source has no such column
  join({ name: 'j', left, parts, labels: [ahead('amount', { ...over, keys: ['user_id'] })] });
});
