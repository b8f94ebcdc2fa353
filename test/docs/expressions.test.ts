import { formatExpression, parseExpression } from '@tessera/api';
import { expect, test } from 'vitest';
import { readDoc, section, tableRows } from './markdown.js';

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
