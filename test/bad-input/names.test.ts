import { ahead, count, entities, events, groupBy, join, last, part, sum } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { expect, test } from 'vitest';
import { datasetRows, parquet } from '../files/workspace.js';
import { ground } from './refusal.js';
import { fileOf, orders, payments, writeShop } from './shop.js';

/** Names that other programs would stumble over. Each is key, time, input, bucket, tie-breaker, event id and predicate. */
const NAMES = [
  'two words',
  "it's",
  'say "hi"',
  'a;DROP TABLE x;--',
  'größe',
  '列',
  '😀 x',
  'select',
  'FROM',
  'order',
  'null',
  'true',
  'NaN',
  'a.b',
  'a,b',
  'a\\b',
  'a`b',
  '$1',
  '100%s',
  '{x}',
  '[0]',
  'x*',
  '?x',
  ' x ',
  "x'); --",
  'code',
  't',
  'pos',
  'day',
  'k0',
  'e0',
  'l0',
  'u0',
  's',
  'x',
  'rowid',
  'file_index',
  'filename',
  'element',
  'timeMs',
  'tie',
  'position',
  'partition',
  'constructor',
  'toString',
  'proto__',
  'hasOwnProperty',
  'length',
  'n',
  'ſ',
  'İ',
  'x'.repeat(200),
];
const DAY = '2025-03-01';
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

const LONG = process.env.TESSERA_LONG === '1';
/** One that stands for others of its kind, in the default tier. */
const SOME = [
  "it's",
  'say "hi"',
  'a;DROP TABLE x;--',
  '列',
  '😀 x',
  'select',
  'a\\b',
  'l0',
  'file_index',
  'constructor',
  'İ',
];

test.each(LONG ? NAMES : SOME)('%s', async (name) => {
  // One odd name per role; the others carry it too, so that they are told apart.
  const [key, time, input, bucket, tie, id] = [
    name,
    `${name} at`,
    `${name} in`,
    `${name} by`,
    `${name} tie`,
    `${name} id`,
  ].map((n) => n.slice(-200)) as [string, string, string, string, string, string];
  const columns = {
    [key]: 'string',
    [time]: 'timestamp',
    [input]: 'int64',
    [bucket]: 'string',
    [tie]: 'int32',
    [id]: 'int32',
  } as Record<string, 'string'>;
  const source = events({
    name: 'odd.events',
    path: 'events',
    columns,
    time: time as never,
    tieBreaker: tie,
    eventId: id,
    where: `${quote(input)} >= 0`,
  });
  const left = events({
    name: 'odd.left',
    path: 'left',
    columns: { [key]: 'string', [time]: 'timestamp' } as Record<string, 'string'>,
    time: time as never,
  });
  const people = entities({
    name: 'odd.people',
    path: 'people.parquet',
    keys: [key],
    columns: { [key]: 'string', [input]: 'string' } as Record<string, 'string'>,
    static: true,
  });
  const features = groupBy({
    name: 'g',
    source,
    keys: [key],
    aggregations: [
      count({ as: 'n' }),
      sum(input as never, { as: 'sum' }),
      sum(input as never, { as: 'few', where: `${quote(input)} < 10 AND ${quote(bucket)} = 'x'` }),
      sum(input as never, { as: 'each', by: bucket }),
      last(input as never, { as: 'last' }),
      last(bucket as never, { as: 'text' }),
    ],
  });
  const place = await ground(async (lake) => {
    const q = [key, time, input, bucket, tie, id].map(quote);
    await parquet(
      fileOf(lake, 'events', DAY),
      `SELECT * FROM (VALUES ('a', TIMESTAMP '${DAY} 01:00', 1::BIGINT, 'x', 1, 1), ('a', TIMESTAMP '${DAY} 02:00', 20, 'x', 1, 2), ('a', TIMESTAMP '${DAY} 02:00', 300, 'y', 2, 3), ('a', TIMESTAMP '${DAY} 02:00', 300, 'y', 2, 3), ('a', TIMESTAMP '${DAY} 02:00', -7, 'y', 3, 4), ('b', TIMESTAMP '${DAY} 03:00', 5, 'x', 1, 5)) v(${q.join(', ')})`,
    );
    await parquet(
      fileOf(lake, 'left', DAY),
      `SELECT * FROM (VALUES ('a', TIMESTAMP '${DAY} 05:00'), ('b', TIMESTAMP '${DAY} 03:00')) v(${q[0]}, ${q[1]})`,
    );
    await parquet(
      `${lake}/people.parquet`,
      `SELECT * FROM (VALUES ('a', 'Ann'), ('c', 'Cy')) v(${q[0]}, ${q[2]})`,
    );
  });
  const odd = join({ name: 'odd', left, parts: [part(features), part(people, { prefix: 'p' })] });
  const { path } = await trainSet(odd, { ...place, workers: 1 });
  const rows = await datasetRows(path ?? '');
  const passed = Object.keys(rows[0]!).at(-1)!;
  expect(
    rows.map((row) => [
      row[key],
      row.g_n,
      row.g_sum,
      row.g_few,
      row.g_each_by_x ?? Object.entries(row).find(([n]) => n.startsWith('g_each'))?.[1],
      row.g_last,
      row.g_text,
      row[passed],
    ]),
  ).toEqual([
    ['a', 3n, 321n, 1n, expect.anything(), 300n, 'y', 'Ann'],
    ['b', 0n, null, null, null, null, null, null],
  ]);
  expect(
    JSON.stringify(Object.entries(rows[0]!).find(([n]) => n.startsWith('g_each'))?.[1], (_, v) =>
      typeof v === 'bigint' ? Number(v) : v,
    ),
  ).toContain('21');
});

test('sources of one name are read each from its own files, as under names of their own', async () => {
  const built = async (rename: (name: string) => string) => {
    const paid = { ...payments, name: rename(payments.name) };
    const spend = groupBy({
      name: 'spend',
      source: paid,
      keys: ['user_id'],
      aggregations: [count(), sum('cents', { windows: ['1d'] })],
    });
    const definition = join({
      name: 'alike',
      left: { ...orders, name: rename(orders.name) },
      parts: [part(spend)],
      labels: [
        ahead('cents', { operation: 'sum', windows: ['1d'], keys: ['user_id'], source: paid }),
      ],
    });
    const place = await ground(writeShop);
    const { path } = await trainSet(definition, { ...place, tiles: 'build', workers: 1 });
    return datasetRows(path ?? '');
  };
  const rows = await built(() => 'shop.rows');
  expect(rows).toEqual(await built((name) => name));
  expect(rows).toHaveLength(12);
  expect(rows.map((row) => row.spend_cents_sum_1d)).toContain(180n);
  expect(rows.map((row) => row.label_cents_sum_1d)).toContain(260n);
});
