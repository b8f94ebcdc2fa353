import { TesseraError } from '@tessera/api';
import type { InputRow, InputValue } from '@tessera/engine';

/**
 * Rows written as a table: a header line, then one line per row, cells apart by `|`.
 *
 *   transaction_id | user_id | amount
 *   t1             | u1      | 10
 *
 * An empty cell or `null` is null; quotes keep text as it stands (`''`, `'null'`, `' a | b '`); `[1, 2]` is a list
 * (JSON). Cells are read as the type that the source declares. `${…}` puts any value in a cell.
 *
 * Throws   BAD_OPTION naming the line when a row has another number of cells than the header.
 */
export function table(strings: TemplateStringsArray, ...values: readonly InputValue[]): InputRow[] {
  const text = strings.raw.reduce((all, part, idx) => `${all}\u0000${idx - 1}\u0000${part}`);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [header, ...body] = lines.map(cells);
  if (!header)
    throw new TesseraError('BAD_OPTION', { option: 'table', reason: 'has no header line' });
  const names = header.map((name) => name.replace(/^["'](.*)["']$/, '$1'));
  return body.map((row, line) => {
    if (row.length !== names.length) {
      const reason = `has ${row.length} cells in row ${line + 1} for ${names.length} columns`;
      throw new TesseraError('BAD_OPTION', { option: 'table', reason });
    }
    return Object.fromEntries(names.map((name, idx) => [name, cell(row[idx] ?? '', values)]));
  });
}

/** Cells of a line: `|` inside quotes or brackets does not part them. */
function cells(line: string): string[] {
  const found: string[] = [];
  let cell = '';
  let quote = '';
  let depth = 0;
  for (const char of line) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if ((char === "'" || char === '"') && cell.trim() === '') quote = char;
    else if (char === '[') depth++;
    else if (char === ']') depth--;
    if (char === '|' && quote === '' && depth === 0) {
      found.push(cell.trim());
      cell = '';
    } else cell += char;
  }
  found.push(cell.trim());
  return found;
}

function cell(text: string, values: readonly InputValue[]): InputValue {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL marks an interpolated value; no cell can hold one.
  const placeholder = /^\u0000(\d+)\u0000$/.exec(text);
  if (placeholder) return values[Number(placeholder[1])];
  if (text === '' || text === 'null') return null;
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2] ?? '';
  if (text.startsWith('[')) {
    try {
      // JSON of numbers, strings, booleans and nulls; the source's type is checked when the row is loaded.
      return JSON.parse(text) as InputValue;
    } catch {
      throw new TesseraError('BAD_OPTION', {
        option: 'table',
        reason: `holds ${text}, which is no JSON list`,
      });
    }
  }
  return text;
}
