import { formatExpression, type GroupBySpec, groupByColumns, parseExpression } from '@tessera/api';
import { afterAll, expect, test } from 'vitest';
import { blocksOf, readDoc, section, tableRows } from './markdown.js';
import { workplace } from './snippets.js';

const code = (cell = ''): string => cell.replace(/^`|`$/g, '');

test('docs/expressions.md: canonical texts are what is said', () => {
  const rows = tableRows(
    section(readDoc('docs/expressions.md'), 'What is written, and what it means'),
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const [text, canonical] of rows) {
    expect(formatExpression(parseExpression(code(text)))).toBe(code(canonical));
    expect(parseExpression(code(canonical))).toEqual(parseExpression(code(text)));
  }
});

const place = workplace('expressions', blocksOf('docs/expressions.md'));
afterAll(() => place.remove());

test('docs/expressions.md: inputs of aggregations', async () => {
  const { spending } = (await import(place.compiled('features/spending.ts'))) as {
    readonly spending: GroupBySpec;
  };
  expect(groupByColumns(spending).map(({ name }) => name)).toEqual([
    'spending_spent_7d',
    'spending_spent_30d',
    'spending_spent_90d',
    'spending_emails',
    'spending_years',
    'spending_rate_weighted_average_30d',
  ]);
  expect(new Set(spending.aggregations.slice(0, 2).map(({ input }) => input)).size).toBe(1);
});
