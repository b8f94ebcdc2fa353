import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { type DataType, outputColumns } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { type ResultBatch, type RunResult, trainSet } from '@tessera/engine';
import { tableFromIPC, type Vector } from 'apache-arrow';
import { beforeAll, expect, test } from 'vitest';
import { show } from '../oracle/compare.js';
import type { OracleRow, OutputValue, Value } from '../oracle/types.js';
import { decimalText } from '../oracle/values.js';
import { publishedRows } from './lake-tables.js';
import { ORDER_DAYS, shopJoin, writeShop } from './shop.js';
import { filesBelow, newFolder, quoted, sql } from './workspace.js';

const folder = newFolder();
const options = { lake: joinPath(folder, 'lake'), out: joinPath(folder, 'out'), workers: 1 };
const columns = [...shopJoin.left.columns, ...outputColumns(shopJoin)];

let published: OracleRow[] = [];
let path = '';

beforeAll(async () => {
  await writeShop(options.lake);
  const result = await trainSet(shopJoin, options);
  path = result.path ?? '';
  published = await publishedRows(shopJoin, path);
  expect(published).toHaveLength(240);
});

/** One value of a batch as the oracle writes it. */
function cellOf(
  type: DataType,
  column: Column,
  i: number,
  strings: readonly string[],
): OutputValue {
  if (column.kind === 'f64') {
    const x = column.values[i]!;
    if (Number.isNaN(x)) return null;
    switch (type.kind) {
      case 'boolean':
        return x === 1;
      case 'date':
        return new Date(x * 86_400_000).toISOString().slice(0, 10);
      case 'decimal':
        return decimalText(BigInt(x), type.scale);
      case 'timestamp':
        return instant(BigInt(x));
      default:
        return x;
    }
  }
  if (column.kind === 'code') return column.values[i]! < 0 ? null : strings[column.values[i]!]!;
  if (column.valid !== null && column.valid[i] === 0) return null;
  if (column.kind === 'i64' || column.kind === 'i128') {
    const low =
      column.kind === 'i64' ? column.values[i]! : BigInt.asUintN(64, column.values[2 * i]!);
    const x = column.kind === 'i64' ? low : (column.values[2 * i + 1]! << 64n) | low;
    if (type.kind === 'decimal') return decimalText(x, type.scale);
    return type.kind === 'timestamp' ? instant(x) : x;
  }
  const positions = Array.from(
    { length: column.offsets[i + 1]! - column.offsets[i]! },
    (_, k) => column.offsets[i]! + k,
  );
  if (column.kind === 'list' && type.kind === 'list')
    return positions.map((at) => cellOf(type.element, column.child, at, strings) as Value);
  if (column.kind === 'map' && type.kind === 'map')
    return new Map(
      positions.map((at) => [
        cellOf(type.key, column.keys, at, strings) as Value,
        cellOf(type.value, column.values, at, strings),
      ]),
    );
  throw new Error(`${column.kind} for ${type.kind}`);
}

const instant = (micros: bigint): string =>
  `${new Date(Number(micros / 1000n)).toISOString().slice(0, 23)}000000Z`;

/** int64 is a number or a bigint, whichever held it; the sides differ in which. */
const plain = (value: OutputValue | undefined): string => show(value).replace(/(\d)n\b/g, '$1');

function batchRows({ rows, columns: batch, dictionaries }: ResultBatch): string[][] {
  expect(Object.keys(batch)).toEqual(columns.map(({ name }) => name));
  return Array.from({ length: rows }, (_, i) =>
    columns.map(({ name, type }) => plain(cellOf(type, batch[name]!, i, dictionaries[name] ?? []))),
  );
}

async function rowsOf(result: RunResult): Promise<{ days: string[]; rows: string[][] }> {
  const days: string[] = [];
  const rows: string[][] = [];
  for await (const batch of result.batches()) {
    days.push(batch.ds);
    rows.push(...batchRows(batch));
  }
  return { days, rows };
}

const inOrder = (rows: readonly OracleRow[]) =>
  rows.map((row) => columns.map(({ name }) => plain(row[name])));

test('batches are the rows of the files, whatever was written by the run', async () => {
  const fresh = await trainSet(shopJoin, {
    ...options,
    out: joinPath(folder, 'fresh'),
    end: ORDER_DAYS[2],
  });
  expect(await rowsOf(fresh)).toEqual({
    days: ORDER_DAYS.slice(0, 3),
    rows: inOrder(published.slice(0, 120)),
  });
  const incremental = await trainSet(shopJoin, {
    ...options,
    out: joinPath(folder, 'fresh'),
    workers: 2,
  });
  expect(incremental.partitionsWritten).toEqual(ORDER_DAYS.slice(3));
  expect(await rowsOf(incremental)).toEqual({ days: ORDER_DAYS, rows: inOrder(published) });
  const nothing = await trainSet(shopJoin, { ...options, start: ORDER_DAYS[4] });
  expect(nothing.partitionsWritten).toEqual([]);
  expect(await rowsOf(nothing)).toEqual({
    days: ORDER_DAYS.slice(4),
    rows: inOrder(published.slice(160)),
  });
  // A second time too.
  expect((await rowsOf(nothing)).rows).toHaveLength(80);
  const preview = await trainSet(shopJoin, { ...options, limit: 50 });
  expect(await rowsOf(preview)).toEqual({
    days: ORDER_DAYS.slice(0, 2),
    rows: inOrder(published.slice(0, 50)),
  });
  const planned = await trainSet(shopJoin, { ...options, planOnly: true });
  expect(await rowsOf(planned)).toEqual({ days: [], rows: [] });
});

test('--format csv: every value as DuckDB prints it', async () => {
  const { path: dataset } = await trainSet(shopJoin, { ...options, format: 'csv' });
  expect(filesBelow(`${dataset}.csv`)).toEqual(ORDER_DAYS.map((ds) => `ds=${ds}/part-0.csv`));
  const names = columns.map(({ name }) => `"${name}"`);
  for (const ds of ORDER_DAYS) {
    const texts = names.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ');
    const expected = await sql(
      `SELECT ${texts} FROM read_parquet(${quoted(`${path}/ds=${ds}/part-0.parquet`)}, hive_partitioning = false)`,
    );
    const actual = await sql(
      `FROM read_csv(${quoted(`${dataset}.csv/ds=${ds}/part-0.csv`)}, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, hive_partitioning = false)`,
    );
    expect(actual).toEqual(expected);
  }
});

test('--format arrow: typed, and equal', async () => {
  const { path: dataset } = await trainSet(shopJoin, {
    ...options,
    out: joinPath(folder, 'arrow'),
    format: 'arrow',
  });
  expect(filesBelow(`${dataset}.arrow`)).toEqual(ORDER_DAYS.map((ds) => `ds=${ds}/part-0.arrow`));
  const rows: string[][] = [];
  for (const ds of ORDER_DAYS) {
    const table = tableFromIPC(
      readFileSync(joinPath(`${dataset}.arrow`, `ds=${ds}`, 'part-0.arrow')),
    );
    expect(table.schema.fields.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
    for (let i = 0; i < table.numRows; i++) {
      rows.push(
        columns.map(({ name, type }) => plain(arrowValue(type, table.getChild(name)?.get(i)))),
      );
    }
  }
  expect(rows).toEqual(inOrder(published));
});

/** What `apache-arrow` hands out, as the oracle writes it. */
function arrowValue(type: DataType, value: unknown): OutputValue {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'date':
      return new Date(value as number).toISOString().slice(0, 10);
    case 'timestamp':
      return instant(BigInt(value as number) * 1000n);
    case 'decimal': {
      const words = value as Uint32Array;
      const wide = [...words].reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
      return decimalText(BigInt.asIntN(128, wide), type.scale);
    }
    case 'list':
      return [...(value as Vector)].map((item) => arrowValue(type.element, item) as Value);
    case 'map':
      return new Map(
        [...(value as Iterable<[unknown, unknown]>)].map(([key, inner]) => [
          // Keys become texts on the way: a day is its number of milliseconds.
          arrowValue(type.key, type.key.kind === 'date' ? Number(key) : key) as Value,
          arrowValue(type.value, inner),
        ]),
      );
    default:
      return value as Value;
  }
}
