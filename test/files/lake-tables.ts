import { join as joinPath } from 'node:path';
import {
  type DataType,
  type JoinSpec,
  joinParts,
  outputColumns,
  type SourceSpec,
} from '@tessera/api';
import { floorDiv, isoDay } from '../oracle/time.js';
import type { OracleRow, OutputValue, Row, Value } from '../oracle/types.js';
import { decimalText } from '../oracle/values.js';
import { filesBelow, isPublished, parquet, quoted, rawRows } from './workspace.js';

/** The oracle's table literals as Parquet files, and published Parquet files as the oracle's rows. */

export function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'int32':
      return 'INTEGER';
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return 'BIGINT';
    case 'string':
      return 'VARCHAR';
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'list':
      return `${sqlType(type.element)}[]`;
    case 'map':
      return `MAP(${sqlType(type.key)}, ${sqlType(type.value)})`;
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    default:
      return type.kind.toUpperCase();
  }
}

function literal(type: DataType, value: Value | undefined): string {
  const as = `::${sqlType(type)}`;
  if (value === null || value === undefined) return `NULL${as}`;
  if (Array.isArray(value)) {
    const element = type.kind === 'list' ? type.element : type;
    return `[${value.map((item) => literal(element, item)).join(', ')}]${as}`;
  }
  if (type.kind === 'string')
    return `(${String(value).split('\0').map(quoted).join(' || chr(0) || ')})`;
  if (Object.is(value, -0)) return `'-0.0'${as}`;
  // The type is instants; text without a zone would do in UTC only.
  if (type.kind === 'timestamptz') return `'${String(value).replace(/Z$/, '')}+00'${as}`;
  return `'${String(value).replace(/Z$/, '')}'${as}`;
}

export function rowsSql(source: SourceSpec, rows: readonly Row[]): string {
  const columns = source.columns.filter(({ name }) => name !== 'ds');
  const names = columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`);
  if (rows.length === 0) {
    const typed = columns.map(({ type }, i) => `NULL::${sqlType(type)} AS ${names[i]}`);
    return `SELECT ${typed.join(', ')} LIMIT 0`;
  }
  const tuples = rows.map(
    (row) => `(${columns.map(({ name, type }) => literal(type, row[name])).join(', ')})`,
  );
  return `FROM (VALUES ${tuples.join(',\n')}) v(${names.join(', ')})`;
}

export interface Layout {
  /** Files that the rows of one partition are cut into, in their order. Default 1. */
  readonly files?: number;
  /** The `ds=` folder of a row; default: that of its `ds`, where it has one. */
  readonly folder?: (row: Row, idx: number) => string | null;
}

const ownFolder = ({ ds }: Row): string | null => (typeof ds === 'string' ? ds : null);

/** Write a table below the source's path: `ds=` folders where rows have `ds`, else a folder of files. */
export async function writeTable(
  lake: string,
  source: SourceSpec,
  rows: readonly Row[],
  { files = 1, folder = ownFolder }: Layout = {},
): Promise<void> {
  const byDs = new Map<string | null, Row[]>();
  for (const [idx, row] of rows.entries()) {
    const ds = folder(row, idx);
    byDs.set(ds, [...(byDs.get(ds) ?? []), row]);
  }
  // A folder needs a file to be a source; a day long ago is read by no row.
  if (rows.length === 0)
    byDs.set(source.kind === 'entities' && source.static !== true ? '1970-01-01' : null, []);
  for (const [ds, own] of byDs) {
    const below = joinPath(lake, source.path, ds === null ? '.' : `ds=${ds}`);
    const size = Math.max(1, Math.ceil(own.length / files));
    for (let at = 0; at === 0 || at < own.length; at += size) {
      const name = `part-${String(at / size).padStart(3, '0')}.parquet`;
      await parquet(joinPath(below, name), rowsSql(source, own.slice(at, at + size)));
    }
  }
}

const COUNTS = new Set(['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT', 'HISTOGRAM']);

/** Rows of a published training set as the oracle writes them: counts are numbers, other int64 are bigint. */
export async function publishedRows(join: JoinSpec, path: string): Promise<OracleRow[]> {
  const counts = new Set(
    outputColumns(join)
      .filter(({ partIdx, aggregationIdx }) => {
        const aggregation = joinParts(join)[partIdx]?.groupBy.aggregations[aggregationIdx];
        return aggregation !== undefined && COUNTS.has(aggregation.operation);
      })
      .map(({ name }) => name),
  );
  const types = new Map<string, DataType>(
    [...join.left.columns, ...outputColumns(join)].map(({ name, type }) => [name, type]),
  );
  const rows: OracleRow[] = [];
  for (const name of filesBelow(path).filter(isPublished)) {
    const found = await rawRows(
      `FROM read_parquet(${quoted(joinPath(path, name))}, hive_partitioning = false)`,
    );
    for (const row of found) {
      const cells = Object.entries(row).map(([column, value]) => [
        column,
        cell(types.get(column)!, value, counts.has(column)),
      ]);
      rows.push(Object.fromEntries(cells) as OracleRow);
    }
  }
  return rows;
}

/** A value of `@duckdb/node-api` by its type. */
export function cell(type: DataType, value: unknown, isCount: boolean): OutputValue {
  if (value === null) return null;
  switch (type.kind) {
    case 'int64':
      return isCount ? Number(value) : BigInt(value as bigint);
    case 'decimal': {
      const { value: unscaled, scale } = value as { value: bigint; scale: number };
      return decimalText(unscaled, scale);
    }
    case 'date':
      return isoDay((value as { days: number }).days);
    case 'timestamp':
    case 'timestamptz':
      return isoText((value as { micros: bigint }).micros * 1000n);
    case 'timestamp_ns':
      return isoText((value as { nanos: bigint }).nanos);
    case 'list':
      return (value as { items: unknown[] }).items.map(
        (item) => cell(type.element, item, isCount) as Value,
      );
    case 'map': {
      const { entries } = value as { entries: { key: unknown; value: unknown }[] };
      return new Map(
        entries.map((entry) => [
          cell(type.key, entry.key, false) as Value,
          cell(type.value, entry.value, isCount),
        ]),
      );
    }
    default:
      return value as Value;
  }
}

function isoText(nanos: bigint): string {
  const day = 86_400_000_000_000n;
  const days = floorDiv(nanos, day);
  const inDay = nanos - days * day;
  const time = new Date(Number(inDay / 1_000_000n)).toISOString().slice(11, 19);
  return `${isoDay(Number(days))}T${time}.${String(inDay % 1_000_000_000n).padStart(9, '0')}Z`;
}
