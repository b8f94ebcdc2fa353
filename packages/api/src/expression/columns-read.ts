import type { Expression } from './tree.js';
import { walkExpression } from './walk.js';

/** Words of a text, lower case: names as SQL compares them. */
function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}

const PLAIN = /^[\p{L}\p{N}_]+$/u;

/** Those of the columns that an expression reads: verbatim SQL those that its text names. */
export function columnsRead(expression: Expression, columns: readonly string[]): readonly string[] {
  const read = new Set<string>();
  walkExpression(expression, (part) => {
    if (part.op === 'column') read.add(part.column);
    if (part.op !== 'sql') return;
    const words = wordsOf(part.sql);
    const text = part.sql.toLowerCase();
    for (const column of columns) {
      const name = column.toLowerCase();
      if (PLAIN.test(name) ? words.has(name) : text.includes(name)) read.add(column);
    }
  });
  return columns.filter((column) => read.has(column));
}
