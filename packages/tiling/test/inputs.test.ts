import { events, expr, groupBy, sql, sum, weightedAverage } from '@tessera/api';
import { statesOf, tileSetHash } from '@tessera/tiling';
import { expect, test } from 'vitest';

/** States of what aggregations compute: named by what it is, in whatever company. */

const untyped = (value: unknown): never => value as never;

const columns = {
  k: 'int64',
  amount: 'double',
  rate: 'double',
  currency: 'string',
  at: 'timestamp',
} as const;

const over = (aggregations: readonly unknown[], more: object = {}) =>
  groupBy(
    untyped({
      name: 'g',
      source: events(untyped({ name: 's', path: 's', columns, time: 'at', ...more })),
      keys: ['k'],
      aggregations,
    }),
  );
const statesIn = (...of: Parameters<typeof over>) => {
  const { source, aggregations } = over(...of);
  return aggregations.map((aggregation) => statesOf(aggregation, source)[0]!.hash);
};

test('states of expressions are the same tomorrow', () => {
  expect(
    statesIn([
      sum(expr('amount * rate'), { as: 'a' }),
      weightedAverage('amount', { weight: expr('rate + 1') }),
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1ec3b3543e180c5488432dd385f082f2",
      "6e2dbef37b8a086eda63fa2122b807cc",
    ]
  `);
});

test('one expression is one state, and another another', () => {
  const [one] = statesIn([sum(expr('amount * rate'), { as: 'a' })]);
  expect(statesIn([sum(expr('amount*rate'), { windows: ['7d'], as: 'b' })])).toEqual([one]);
  const others = statesIn([
    sum(expr('amount + rate'), { as: 'a' }),
    sum(expr('amount * rate', 'int64'), { as: 'b' }),
    sum(expr('amount * rate'), { as: 'c', by: 'currency' }),
    sum('amount'),
  ]);
  expect(new Set([one, ...others]).size).toBe(5);
});

test('computed columns that an expression reads are in its state', () => {
  const select = (euros: string) =>
    statesIn([sum(expr('euros + 1'), { as: 'a' })], { select: { euros } });
  expect(select('amount * rate')).toEqual(select('amount*rate'));
  expect(select('amount * rate')).not.toEqual(select('amount + rate'));
});

test('what is computed for others is in no state and no tile set', () => {
  const where = sql('amount > 1');
  const alone = over([sum('amount', { where })]);
  const beside = over([sum('amount', { where }), sum(expr('amount * rate'), { as: 'a' })]);
  expect(statesOf(beside.aggregations[0]!, beside.source)).toEqual(
    statesOf(alone.aggregations[0]!, alone.source),
  );
  for (const more of [{}, { eventId: 'currency' }, { where: sql('amount > 1') }]) {
    const sources = [[sum('amount')], [sum(expr('amount * rate'), { as: 'a' })]].map(
      (aggregations) => over(aggregations, more).source,
    );
    expect(tileSetHash(sources[0]!, ['k'])).toBe(tileSetHash(sources[1]!, ['k']));
  }
});
