import { entities, events, expr, formatExpression, groupBy, sum } from '@tessera/api';
import { scanSql } from '@tessera/lake';
import { expect, test } from 'vitest';

/** Scans of columns that aggregations compute: they read what that needs, and choose no rows. */

const untyped = (value: unknown): never => value as never;

const columns = { k: 'int64', amount: 'double', rate: 'double', note: 'string', at: 'timestamp' };
const relation = { kind: 'table', name: 'rows' } as const;

function sqlOf(source: object, wanted: readonly string[] | 'inputs'): string {
  const made = groupBy(
    untyped({
      name: 'g',
      source,
      keys: ['k'],
      aggregations: [sum(expr('amount * rate'), { as: 'a' }), sum(expr('rate + 1'), { as: 'b' })],
    }),
  );
  const inputs = made.aggregations.map(({ input }) => input!);
  const of = wanted === 'inputs' ? inputs.slice(0, 1) : wanted;
  const text = scanSql({
    source: made.source,
    relation,
    columns: [...of],
    expressionSql: (expression) => `<${formatExpression(expression)}>`,
  });
  return inputs.reduce((sql, name, idx) => sql.replaceAll(name, `input ${idx}`), text);
}

test('what is computed is made of the columns that it names', () => {
  const sql = sqlOf(events(untyped({ name: 's', path: 's', columns, time: 'at' })), 'inputs');
  expect(sql).toContain('TRY_CAST(<amount * rate> AS DOUBLE) AS "input 0"');
  for (const other of ['"note"', '"k"', 'input 1', 'rate + 1']) expect(sql).not.toContain(other);
});

test('what is not asked for is not computed', () => {
  const plain = events(untyped({ name: 's', path: 's', columns, time: 'at' }));
  const where = events(
    untyped({ ...{ name: 's', path: 's', columns }, time: 'at', where: 'k > 1' }),
  );
  for (const source of [plain, where]) expect(sqlOf(source, ['note'])).not.toContain('input');
});

test('S1.5, S3.3: which of repeated rows stays is not up to it', () => {
  const once = events(untyped({ name: 's', path: 's', columns, time: 'at', eventId: 'note' }));
  const latest = entities(
    untyped({ name: 's', path: 's', columns, keys: ['k'], dedupe: { orderBy: 'rate' } }),
  );
  for (const source of [once, latest]) {
    expect(sqlOf(source, ['amount'])).not.toContain('input');
    const [before = '', ...after] = sqlOf(source, 'inputs').split('QUALIFY');
    expect(before).toContain('"input 0"');
    expect(before).not.toContain('"input 1"');
    expect(after).toHaveLength(1);
    expect(after[0]).not.toContain('input');
  }
});
