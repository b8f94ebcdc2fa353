import type { DuckDBConnection } from '@duckdb/node-api';
import { featuresOf } from '../../oracle/names.js';
import type { DataType, JoinSpec } from '../../oracle/types.js';
import { typeOf } from '../../oracle/values.js';
import { gives } from './operation-types.js';
import { Illegal } from './reading.js';

const WORDS: Readonly<Record<string, string>> = {
  ...{ boolean: 'BOOLEAN', int32: 'INTEGER', int64: 'BIGINT', float: 'FLOAT', double: 'DOUBLE' },
  ...{ string: 'VARCHAR', date: 'DATE', timestamp: 'TIMESTAMP', timestamptz: 'TIMESTAMP' },
  ...{ timestamp_ns: 'TIMESTAMP', epoch_ms: 'BIGINT', epoch_s: 'BIGINT', epoch_us: 'BIGINT' },
};

function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'list':
      return `${sqlType(type.element)}[]`;
    case 'map':
      return `MAP(${sqlType(type.key)}, ${sqlType(type.value)})`;
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    default:
      return WORDS[type.kind]!;
  }
}

/** What a derived column may read (S7), with its DuckDB type. */
function readable(join: JoinSpec): ReadonlyMap<string, string> {
  const features = featuresOf(join).map(({ name, part, aggregation, inputType }) => {
    if (aggregation === undefined) return [name, sqlType(inputType!)] as const;
    const type = sqlType(gives(aggregation, inputType));
    const { source } = part.groupBy;
    return aggregation.by === undefined
      ? ([name, type] as const)
      : ([name, `MAP(${sqlType(typeOf(source, aggregation.by))}, ${type})`] as const);
  });
  const left = join.left.columns.map(({ name, type }) => [name, sqlType(type)] as const);
  return new Map([...left, ['ds', 'VARCHAR'], ...features]);
}

/** Names of columns in DuckDB's own tree of a statement. */
function columnsRead(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { class: kind, column_names: names } = node as Readonly<Record<string, unknown>>;
  if (kind === 'COLUMN_REF' && Array.isArray(names)) return [names.join('.')];
  return Object.values(node).flatMap(columnsRead);
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

/**
 * DuckDB is asked for the columns that derived ones read, and for their types over a row of these. A column is called as it is
 * declared, in capitals too, which DuckDB does not ask for; a derived one that says no more is a double, which numbers alone are.
 *
 * Throws   Illegal
 */
export async function checkDerived(
  join: JoinSpec & { readonly derivations: Readonly<Record<string, string>> },
  duckdb: DuckDBConnection,
): Promise<void> {
  const known = readable(join);
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const row = [...known].map(([name, type]) => `CAST(NULL AS ${type}) AS ${quoted(name)}`);
  const first = async (sql: string, values: string[] = []) =>
    (await duckdb.runAndReadAll(sql, values)).getRows()[0]!;
  for (const [name, text] of Object.entries(join.derivations)) {
    const illegal = (reason: unknown) => new Illegal('expression', `${name}: ${String(reason)}`);
    const refuse = (error: unknown): never => {
      throw illegal(String(error).split('\n')[0]);
    };
    const [, type] = await first(`DESCRIBE SELECT (${text}) FROM (SELECT ${row.join(', ')})`).catch(
      refuse,
    );
    if (!NUMBER.test(String(type))) throw illegal(`${String(type)} is no number`);
    const [tree] = await first('SELECT json_serialize_sql(CAST($1 AS VARCHAR))', [
      `SELECT (${text})`,
    ]);
    const unknown = columnsRead(JSON.parse(String(tree))).find((column) => !known.has(column));
    if (unknown !== undefined) throw illegal(`there is no ${unknown}`);
  }
}
