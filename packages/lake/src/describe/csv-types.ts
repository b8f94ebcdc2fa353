import type { DataType } from '@tessera/api';
import { quoteIdent } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';

/**
 * Text that a CSV scan reads as the type, by pattern and by DuckDB's own cast: a cast alone would take `1.5` for the int64 2.
 * In this order the first that all values of a column match is its type.
 */
const TESTS: readonly (readonly [DataType['kind'], string, string])[] = [
  ['boolean', 'BOOLEAN', '(?i)true|false'],
  ['int64', 'BIGINT', '[+-]?(0|[1-9]\\d*)'],
  ['double', 'DOUBLE', '[+-]?((0|[1-9]\\d*)(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?'],
  ['date', 'DATE', '\\d{4}-\\d{2}-\\d{2}'],
  ['timestamp', 'TIMESTAMP WITH TIME ZONE', '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}.*)?'],
];

/** The SQL of a column's values that read as one of the tests' types. */
export function readsAsSql(column: string, kind: 'date' | 'timestamp'): string {
  const [, type, pattern] = TESTS.find(([name]) => name === kind)!;
  return readsAs(column, type, pattern);
}

function readsAs(column: string, type: string, pattern: string): string {
  return `count_if(regexp_full_match(${column}, '${pattern}') AND TRY_CAST(${column} AS ${type}) IS NOT NULL)`;
}

const COLUMNS_AT_ONCE = 8;

/** The narrowest types that all rows of a relation of texts have; a column of nothing but nulls is a string. */
export async function csvTypes(
  session: Session,
  relation: string,
  names: readonly string[],
): Promise<Map<string, DataType>> {
  const types = new Map<string, DataType>();
  for (let at = 0; at < names.length; at += COLUMNS_AT_ONCE) {
    const some = names.slice(at, at + COLUMNS_AT_ONCE);
    const counts = some.flatMap((name, i) => {
      const column = quoteIdent(name);
      return [
        `count(${column}) AS n${i}`,
        ...TESTS.map(([kind, type, pattern]) => `${readsAs(column, type, pattern)} AS ${kind}${i}`),
      ];
    });
    const [row] = await readRows(session, `SELECT ${counts.join(', ')} FROM (${relation})`);
    some.forEach((name, i) => {
      const all = Number(row?.[`n${i}`]);
      const found = TESTS.find(([kind]) => all > 0 && Number(row?.[`${kind}${i}`]) === all);
      // Every kind of the table is one without arguments.
      types.set(name, { kind: found?.[0] ?? 'string' } as DataType);
    });
  }
  return types;
}
