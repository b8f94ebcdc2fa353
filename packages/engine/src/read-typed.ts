import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { quoteIdent, readColumns, readStrings, type Session } from '@tessera/lake';

export interface NamedType {
  readonly name: string;
  readonly type: DataType;
}

/** Columns of declared types, strings as codes into a sorted dictionary per column. */
export interface TypedColumns {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
  /** Strings of `code` columns, by column name. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
}

/** Every string of a value of this type, as queries over `relation`, whose column `x` holds the values. */
function stringQueries(type: DataType, relation: string): string[] {
  switch (type.kind) {
    case 'string':
      return [`SELECT x AS s FROM (${relation})`];
    case 'list':
      return stringQueries(type.element, `SELECT unnest(x) AS x FROM (${relation})`);
    case 'map':
      return [
        ...stringQueries(type.key, `SELECT unnest(map_keys(x)) AS x FROM (${relation})`),
        ...stringQueries(type.value, `SELECT unnest(map_values(x)) AS x FROM (${relation})`),
      ];
    default:
      return [];
  }
}

const hasStrings = (type: DataType): boolean => stringQueries(type, '').length > 0;

/** The value with strings replaced by their position in the enum; `depth` keeps lambda parameters apart. */
function codesSql(type: DataType, value: string, enumName: string, depth: number): string {
  if (!hasStrings(type)) return value;
  const item = `v${depth}`;
  switch (type.kind) {
    case 'list':
      return `list_transform(${value}, lambda ${item}: ${codesSql(type.element, item, enumName, depth + 1)})`;
    case 'map': {
      const key = codesSql(type.key, `${item}.key`, enumName, depth + 1);
      const inner = codesSql(type.value, `${item}.value`, enumName, depth + 1);
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: {'key': ${key}, 'value': ${inner}}))`;
    }
    default:
      return `CAST(enum_code(CAST(${value} AS ${enumName})) AS INTEGER)`;
  }
}

/** Integers that stand for strings become codes. */
function asCodes(type: DataType, column: Column): Column {
  if (!hasStrings(type)) return column;
  switch (column.kind) {
    case 'f64':
      return {
        kind: 'code',
        values: Int32Array.from(column.values, (v) => (Number.isNaN(v) ? -1 : v)),
      };
    case 'list':
      return type.kind === 'list'
        ? { ...column, child: asCodes(type.element, column.child) }
        : column;
    case 'map':
      return type.kind === 'map'
        ? {
            ...column,
            keys: asCodes(type.key, column.keys),
            values: asCodes(type.value, column.values),
          }
        : column;
    default:
      return column;
  }
}

/** Columns of what `from` is in SQL: a file, a table. It is read once more for every column of strings. */
export async function readTyped(
  session: Session,
  from: string,
  columns: readonly NamedType[],
): Promise<TypedColumns> {
  const dictionaries: Record<string, readonly string[]> = {};
  const selected: string[] = [];
  for (const [idx, { name, type }] of columns.entries()) {
    const column = quoteIdent(name);
    let value = column;
    if (hasStrings(type)) {
      const queries = stringQueries(type, `SELECT ${column} AS x FROM ${from}`);
      const strings = await readStrings(
        session,
        `SELECT DISTINCT s FROM (${queries.join(' UNION ALL ')}) WHERE s IS NOT NULL ORDER BY s`,
      );
      dictionaries[name] = strings.map((s) => s ?? '');
      const enumName = `strings_${idx}`;
      const table = `SELECT DISTINCT s FROM (${queries.join(' UNION ALL ')}) WHERE s IS NOT NULL ORDER BY s`;
      // An enum needs a value; a column without strings is all null, empty lists or empty maps.
      const members = strings.length > 0 ? table : `SELECT ''`;
      await session.connection.run(`DROP TYPE IF EXISTS ${enumName}`);
      await session.connection.run(`CREATE TYPE ${enumName} AS ENUM (${members})`);
      value = codesSql(type, column, enumName, 0);
    }
    selected.push(`${value} AS c${idx}`);
  }
  const { rows, columns: read } = await readColumns(
    session,
    `SELECT ${selected.join(', ')} FROM ${from}`,
  );
  const named = columns.map(
    ({ name, type }, idx) => [name, asCodes(type, read[`c${idx}`]!)] as const,
  );
  return { rows, columns: Object.fromEntries(named), dictionaries };
}
