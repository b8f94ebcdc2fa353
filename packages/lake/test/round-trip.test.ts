import { readFileSync } from 'node:fs';
import { type DataType, parseType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { parquetReadObjects } from 'hyparquet';
// @ts-expect-error the package has no types
import parquetjs from 'parquetjs-lite';
import { describe, expect, it } from 'vitest';
import {
  appendToTable,
  copyToCsv,
  copyToParquet,
  createTableFromBatch,
  openDuckDb,
  quotePath,
  type ReadKind,
  readColumns,
  readStrings,
  streamColumns,
  type TableColumn,
} from '../src/index.js';
import { bench } from './support.js';

const b = bench();

/** More than two vectors, with an odd tail. */
const ROWS = 5003;
/** Nulls where vectors begin and end, and here and there. */
const isNull = (i: number): boolean =>
  [0, 2047, 2048, 4095, 4096, ROWS - 1].includes(i) || i % 97 === 5;

const f64 = (of: (i: number) => number): Column => ({
  kind: 'f64',
  values: Float64Array.from({ length: ROWS }, (_, i) => (isNull(i) ? Number.NaN : of(i))),
});
const valid = (): Uint8Array => Uint8Array.from({ length: ROWS }, (_, i) => (isNull(i) ? 0 : 1));
const i64 = (of: (i: number) => bigint): Column => ({
  kind: 'i64',
  values: BigInt64Array.from({ length: ROWS }, (_, i) => (isNull(i) ? 0n : of(i))),
  valid: valid(),
});
const i128 = (of: (i: number) => bigint): Column => {
  const values = new BigInt64Array(ROWS * 2);
  for (let i = 0; i < ROWS; i++) {
    const value = isNull(i) ? 0n : of(i);
    values[i * 2] = BigInt.asIntN(64, value);
    values[i * 2 + 1] = BigInt.asIntN(64, value >> 64n);
  }
  return { kind: 'i128', values, valid: valid() };
};

const scalars: { name: string; type: string; column: Column; kind?: ReadKind }[] = [
  { name: 'boolean', type: 'boolean', column: f64((i) => i % 2) },
  { name: 'int32', type: 'int32', column: f64((i) => (i % 2 ? -i : i) * 400_000) },
  { name: 'float', type: 'float', column: f64((i) => Math.fround(i / 3)) },
  { name: 'double', type: 'double', column: f64((i) => (i % 2 ? -1 : 1) * Math.exp(i % 700)) },
  { name: 'double with infinities', type: 'double', column: f64((i) => (i % 2 ? 1 : -1) / 0) },
  { name: 'date', type: 'date', column: f64((i) => i * 30 - 20_000) },
  {
    name: 'int64',
    type: 'int64',
    column: i64((i) => BigInt(i) * (i % 2 ? -1n : 1n) * 1_000_000_007_000_001n),
  },
  {
    name: 'int64 as numbers',
    type: 'int64',
    kind: 'f64',
    column: f64((i) => (i % 2 ? -1 : 1) * (2 ** 53 - 1 - i)),
  },
  { name: 'timestamp', type: 'timestamp', column: i64((i) => BigInt(i) * 1_000_000_000_001n - 5n) },
  { name: 'timestamptz', type: 'timestamptz', column: i64((i) => BigInt(i) * 999_999_937n) },
  {
    name: 'timestamp_ns',
    type: 'timestamp_ns',
    column: i64((i) => BigInt(i) * 1_234_567_890_123n),
  },
  { name: 'epoch_ms', type: 'epoch_ms', column: i64((i) => BigInt(i)) },
  { name: 'decimal(4,1)', type: 'decimal(4,1)', column: i64((i) => BigInt((i % 2 ? -1 : 1) * i)) },
  { name: 'decimal(9,2)', type: 'decimal(9,2)', column: i64((i) => BigInt(i * 100_000) - 5n) },
  {
    name: 'decimal(18,3)',
    type: 'decimal(18,3)',
    column: i64((i) => BigInt(i) * 10n ** 14n * (i % 2 ? -1n : 1n)),
  },
  {
    name: 'decimal(30,4)',
    type: 'decimal(30,4)',
    column: i128((i) => BigInt(i) * 10n ** 26n * (i % 2 ? -1n : 1n)),
  },
  {
    name: 'decimal(38,0)',
    type: 'decimal(38,0)',
    column: i128((i) => 10n ** 37n * (i % 2 ? -1n : 1n) + BigInt(i)),
  },
];

async function writeAndRead(
  columns: readonly TableColumn[],
  rows: number,
  kinds: Record<string, ReadKind>,
) {
  const file = b.path('rt.parquet');
  await b.sql('DROP TABLE IF EXISTS rt');
  await createTableFromBatch(b.session, 'rt', columns, rows);
  expect(await copyToParquet(b.session, 'FROM rt', file)).toBe(rows);
  return { file, batch: await readColumns(b.session, `FROM ${quotePath(file)}`, kinds) };
}

describe('scalars through Parquet', () => {
  for (const { name, type, column, kind } of scalars) {
    it(name, async () => {
      const { batch } = await writeAndRead(
        [{ name: 'x', type: parseType(type), column }],
        ROWS,
        kind === undefined ? {} : { x: kind },
      );
      expect(batch.rows).toBe(ROWS);
      expect(batch.columns.x).toEqual(column);
    });
  }

  it('widens on demand: integers to i64 and i128, numbers to a wide decimal', async () => {
    const narrow = f64((i) => (i % 2 ? -i : i));
    const type = parseType('int32');
    const { batch } = await writeAndRead(
      [
        { name: 'a', type, column: narrow },
        { name: 'b', type, column: narrow },
        { name: 'c', type: parseType('decimal(38,2)'), column: narrow },
        { name: 'd', type: parseType('decimal(38,2)'), column: i64((i) => BigInt(i % 2 ? -i : i)) },
      ],
      ROWS,
      { a: 'i64', b: 'i128' },
    );
    const wide = i128((i) => BigInt(i % 2 ? -i : i));
    expect(batch.columns).toEqual({
      a: i64((i) => BigInt(i % 2 ? -i : i)),
      b: wide,
      c: wide,
      d: wide,
    });
  });

  it('refuses a number beyond 2^53 instead of rounding it', async () => {
    const sql = 'SELECT 9007199254740993::BIGINT AS x';
    await expect(readColumns(b.session, sql, { x: 'f64' })).rejects.toMatchObject({
      code: 'DUCKDB_FAILED',
    });
    expect((await readColumns(b.session, sql)).columns.x).toEqual({
      kind: 'i64',
      values: BigInt64Array.of(9007199254740993n),
      valid: null,
    });
  });

  it('reads unsigned and small integers, and other timestamp units', async () => {
    const sql = `SELECT 255::UTINYINT a, (-128)::TINYINT b, 65535::USMALLINT c, (-32768)::SMALLINT d, 4294967295::UINTEGER e,
      FALSE f, TIMESTAMP_S '1970-01-01 00:00:07' s, TIMESTAMP_MS '1970-01-01 00:00:00.007' ms,
      170141183460469231731687303715884105727::HUGEINT h`;
    const { columns } = await readColumns(b.session, sql);
    for (const [name, value] of Object.entries({
      a: 255,
      b: -128,
      c: 65535,
      d: -32768,
      e: 4294967295,
      f: 0,
    })) {
      expect(columns[name]).toEqual({ kind: 'f64', values: Float64Array.of(value) });
    }
    expect(columns.s).toMatchObject({ values: BigInt64Array.of(7n) });
    expect(columns.ms).toMatchObject({ values: BigInt64Array.of(7n) });
    expect(columns.h).toMatchObject({
      kind: 'i128',
      values: BigInt64Array.of(-1n, 2n ** 63n - 1n),
    });
  });

  it('does not read VARCHAR as a column', async () => {
    await expect(readColumns(b.session, "SELECT 'a' AS s")).rejects.toMatchObject({
      code: 'DUCKDB_FAILED',
    });
  });

  it('makes columns of a result without rows', async () => {
    const { rows, columns } = await readColumns(
      b.session,
      'SELECT 1::DOUBLE a, 1::BIGINT b, [1]::BIGINT[] c, 1 d WHERE FALSE',
      { d: 'code' },
    );
    expect(rows).toBe(0);
    expect(columns.c).toEqual({
      kind: 'list',
      offsets: Int32Array.of(0),
      valid: null,
      child: { kind: 'i64', values: new BigInt64Array(0), valid: null },
    });
    expect(columns.d).toEqual({ kind: 'code', values: new Int32Array(0) });
  });
});

const words = [
  '',
  'a',
  'twelve bytes',
  'thirteen byte',
  'nul\0inside',
  '\0',
  'é',
  '😀 emoji 😀 that is long',
  'x'.repeat(5000),
];

describe('strings', () => {
  const codes = Int32Array.from({ length: ROWS }, (_, i) => (isNull(i) ? -1 : i % words.length));
  const expected = Array.from(codes, (code) => (code < 0 ? null : words[code]!));
  const bytes = words.map((word) => new TextEncoder().encode(word));

  it.each([
    ['an array', words],
    ['bytes by code', { get: (code: number) => bytes[code]! }],
  ])('are written from %s', async (_, dictionary) => {
    const column: Column = { kind: 'code', values: codes };
    const file = b.path('s.parquet');
    await b.sql('DROP TABLE IF EXISTS s');
    await createTableFromBatch(
      b.session,
      's',
      [{ name: 'x', type: { kind: 'string' }, column, dictionary }],
      ROWS,
    );
    await copyToParquet(b.session, 'FROM s', file);
    expect(await readStrings(b.session, `SELECT x FROM ${quotePath(file)}`)).toEqual(expected);
  });

  it('codes made in SQL become Int32 with -1 for null', async () => {
    const { columns } = await readColumns(
      b.session,
      `SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i END::INTEGER c FROM range(${ROWS}) t(i)`,
      { c: 'code' },
    );
    expect(columns.c).toEqual({
      kind: 'code',
      values: Int32Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? -1 : i)),
    });
  });
});

/** Offsets for lists of 0, 1, 2 … 9 elements; more children than a vector holds; null rows are empty. */
function offsets(rows: number, size: (i: number) => number): Int32Array {
  const out = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) out[i + 1] = out[i]! + (isNull(i) ? 0 : size(i));
  return out;
}

describe('lists and maps through Parquet', () => {
  const at = offsets(ROWS, (i) => i % 10);
  const children = at.at(-1)!;
  const doubles: Column = {
    kind: 'f64',
    values: Float64Array.from({ length: children }, (_, i) => (i % 5 === 0 ? Number.NaN : i / 2)),
  };
  const counts: Column = {
    kind: 'i64',
    values: BigInt64Array.from({ length: children }, (_, i) => (i % 11 === 3 ? 0n : BigInt(i))),
    valid: Uint8Array.from({ length: children }, (_, i) => (i % 11 === 3 ? 0 : 1)),
  };
  // Keys of one map differ: the position inside the map.
  const keyCodes = new Int32Array(children);
  for (let i = 0; i < ROWS; i++) for (let j = at[i]!; j < at[i + 1]!; j++) keyCodes[j] = j - at[i]!;
  const keys: Column = { kind: 'code', values: keyCodes };
  const keyNames = Array.from({ length: 10 }, (_, i) => `key ${'k'.repeat(i * 3)}${i}`);

  it('list<double>, list<int64>, list<list<double>>', async () => {
    const list = (child: Column): Column => ({ kind: 'list', offsets: at, valid: valid(), child });
    const inner = new Int32Array(children + 1);
    for (let i = 0; i < children; i++) inner[i + 1] = inner[i]! + (i % 4);
    const nested = list({
      kind: 'list',
      offsets: inner,
      valid: null,
      child: { kind: 'f64', values: Float64Array.from({ length: inner[children]! }, (_, i) => i) },
    });
    const { batch, file } = await writeAndRead(
      [
        { name: 'd', type: parseType('list<double>'), column: list(doubles) },
        { name: 'n', type: parseType('list<int64>'), column: list(counts) },
        { name: 'l', type: parseType('list<list<double>>'), column: nested },
      ],
      ROWS,
      {},
    );
    expect(batch.columns).toEqual({ d: list(doubles), n: list(counts), l: nested });
    const streamed: number[] = [];
    await streamColumns(
      b.session,
      `FROM ${quotePath(file)}`,
      {},
      ({ rows, columns }) => {
        const { d } = columns;
        if (d?.kind !== 'list') throw new Error('no list');
        for (let i = 0; i < rows; i++) streamed.push(d.offsets[i + 1]! - d.offsets[i]!);
      },
      { batchRows: 2048 },
    );
    expect(streamed).toEqual(Array.from({ length: ROWS }, (_, i) => at[i + 1]! - at[i]!));
  });

  it('children of filtered rows lie apart in a streamed chunk, nulls among them', async () => {
    await b.sql(`CREATE OR REPLACE TEMP TABLE apart AS SELECT i, CASE WHEN i % 7 <> 0 THEN
      list_transform(range(i % 5 + 1), lambda j: CASE WHEN (i + j) % 3 <> 0 THEN i * 10 + j END) END AS l FROM range(${ROWS}) t(i)`);
    const wanted: (number | null)[][] = [];
    for (let i = 0; i < ROWS; i++) {
      if (i % 3 === 0) continue;
      const items = Array.from({ length: (i % 5) + 1 }, (_, j) =>
        (i + j) % 3 === 0 ? null : i * 10 + j,
      );
      wanted.push(i % 7 === 0 ? [] : items);
    }
    const found: (number | null)[][] = [];
    await streamColumns(
      b.session,
      'SELECT l FROM apart WHERE i % 3 <> 0',
      { l: { list: 'f64' } },
      ({ rows, columns }) => {
        const { l } = columns;
        if (l?.kind !== 'list' || l.child.kind !== 'f64') throw new Error('no list of numbers');
        for (let i = 0; i < rows; i++) {
          const items = l.child.values.subarray(l.offsets[i], l.offsets[i + 1]);
          found.push(Array.from(items, (x) => (Number.isNaN(x) ? null : x)));
        }
      },
    );
    expect(found).toEqual(wanted);
  });

  it('map<string,int64> and map<string,list<double>>, keys and values with their own strings', async () => {
    const map = (values: Column): Column => ({
      kind: 'map',
      offsets: at,
      valid: valid(),
      keys,
      values,
    });
    const perKey = new Int32Array(children + 1);
    for (let i = 0; i < children; i++) perKey[i + 1] = perKey[i]! + (i % 3);
    const lists: Column = {
      kind: 'list',
      offsets: perKey,
      valid: null,
      child: {
        kind: 'f64',
        values: Float64Array.from({ length: perKey[children]! }, (_, i) => -i),
      },
    };
    const texts: Column = {
      kind: 'code',
      values: Int32Array.from({ length: children }, (_, i) => (i % 9) - 1),
    };
    const columns: TableColumn[] = [
      {
        name: 'm',
        type: parseType('map<string,int64>'),
        column: map(counts),
        dictionary: keyNames,
      },
      {
        name: 'ml',
        type: parseType('map<string,list<double>>'),
        column: map(lists),
        dictionary: keyNames,
      },
      {
        name: 'ms',
        type: parseType('map<string,string>'),
        column: map(texts),
        dictionary: words,
        keyDictionary: keyNames,
      },
    ];
    const file = b.path('m.parquet');
    await b.sql('DROP TABLE IF EXISTS m');
    await createTableFromBatch(b.session, 'm', columns, ROWS);
    await copyToParquet(b.session, 'FROM m', file);
    const keyCode = (map: string) =>
      `list_transform(map_keys(${map}), lambda k: list_position(${sqlList(keyNames)}, k)::INTEGER - 1)`;
    const back = await readColumns(
      b.session,
      `SELECT ${keyCode('m')} AS k, map_values(m) AS v, map_values(ml) AS lv,
              list_transform(map_values(ms), lambda s: coalesce(list_position(${sqlList(words)}, s), 0)::INTEGER - 1) AS sv
       FROM ${quotePath(file)}`,
      { k: { list: 'code' }, sv: { list: 'code' } },
    );
    const list = (child: Column): Column => ({ kind: 'list', offsets: at, valid: valid(), child });
    expect(back.columns).toEqual({
      k: list(keys),
      v: list(counts),
      lv: list(lists),
      sv: list(texts),
    });

    // A map is read as such when its keys are no strings.
    const numbers = await readColumns(
      b.session,
      'SELECT MAP {2: 1.5::DOUBLE, 7: NULL} AS m, NULL::MAP(INTEGER, DOUBLE) AS n',
    );
    expect(numbers.columns).toEqual({
      m: {
        kind: 'map',
        offsets: Int32Array.of(0, 2),
        valid: null,
        keys: { kind: 'f64', values: Float64Array.of(2, 7) },
        values: { kind: 'f64', values: Float64Array.of(1.5, Number.NaN) },
      },
      n: {
        kind: 'map',
        offsets: Int32Array.of(0, 0),
        valid: Uint8Array.of(0),
        keys: { kind: 'f64', values: new Float64Array(0) },
        values: { kind: 'f64', values: new Float64Array(0) },
      },
    });
  });
});

const sqlList = (texts: readonly string[]): string =>
  `[${texts
    .map((t) =>
      t
        .split('\0')
        .map((part) => `'${part}'`)
        .join(' || chr(0) || '),
    )
    .join(', ')}]`;

describe('other readers', () => {
  it('hyparquet and parquetjs-lite read what we write', async () => {
    const columns: TableColumn[] = [
      { name: 'd', type: parseType('double'), column: f64((i) => i / 8) },
      { name: 'n', type: parseType('int64'), column: i64((i) => BigInt(i)) },
      { name: 'b', type: parseType('boolean'), column: f64((i) => i % 2) },
      {
        name: 's',
        type: parseType('string'),
        column: {
          kind: 'code',
          values: Int32Array.from({ length: ROWS }, (_, i) => (isNull(i) ? -1 : i % words.length)),
        },
        dictionary: words,
      },
    ];
    const map: TableColumn = {
      name: 'm',
      type: parseType('map<string,int64>'),
      column: {
        kind: 'map',
        offsets: Int32Array.from({ length: ROWS + 1 }, (_, i) => i),
        valid: null,
        keys: { kind: 'code', values: Int32Array.from({ length: ROWS }, (_, i) => i % 2) },
        values: { kind: 'f64', values: Float64Array.from({ length: ROWS }, (_, i) => i) },
      },
      dictionary: ['even', 'odd'],
    };
    const { file } = await writeFile('interop.parquet', [...columns, map]);
    const expected = (i: number) => ({
      d: isNull(i) ? null : i / 8,
      n: isNull(i) ? null : BigInt(i),
      b: isNull(i) ? null : i % 2 === 1,
      s: isNull(i) ? null : words[i % words.length],
    });
    const buffer = readFileSync(file);
    const bytes = buffer.buffer.slice(
      buffer.byteOffset,
      buffer.byteOffset + buffer.length,
    ) as ArrayBuffer;
    const rows = await parquetReadObjects({ file: bytes });
    expect(rows).toHaveLength(ROWS);
    for (const i of [0, 1, 2046, 2047, 2048, 4097, ROWS - 2, ROWS - 1]) {
      const { m, ...scalar } = rows[i]!;
      expect(scalar).toEqual(expected(i));
      expect(m).toEqual({ [i % 2 ? 'odd' : 'even']: BigInt(i) });
    }

    const { file: flat } = await writeFile('interop-flat.parquet', columns);
    const reader = await parquetjs.ParquetReader.openFile(flat);
    const cursor = reader.getCursor();
    for (let i = 0; i < ROWS; i++) {
      const row = (await cursor.next()) as Record<string, unknown>;
      const { n, ...other } = expected(i);
      expect(row.n === undefined || row.n === null ? null : BigInt(String(row.n))).toBe(n);
      for (const [name, value] of Object.entries(other)) expect(row[name] ?? null).toEqual(value);
    }
    expect(await cursor.next()).toBeNull();
    await reader.close();
  });

  async function writeFile(name: string, columns: readonly TableColumn[]) {
    const file = b.path(name);
    await b.sql('DROP TABLE IF EXISTS w');
    await createTableFromBatch(b.session, 'w', columns, ROWS);
    await copyToParquet(b.session, 'FROM w', file);
    return { file };
  }

  it('the same rows give the same bytes, with one thread and with two (S8)', async () => {
    const column = f64((i) => Math.sin(i));
    const columns: TableColumn[] = [{ name: 'x', type: { kind: 'double' } as DataType, column }];
    const bytes: Buffer[] = [];
    for (const threads of [1, 2, 1]) {
      const session = await openDuckDb({ threads });
      await createTableFromBatch(session, 't', columns, ROWS);
      for (let k = 0; k < 30; k++) await appendToTable(session, 't', columns, ROWS);
      const file = b.path(`same-${bytes.length}.parquet`);
      expect(await copyToParquet(session, 'FROM t', file)).toBe(31 * ROWS);
      bytes.push(readFileSync(file));
      session.close();
    }
    expect(bytes[1]!.equals(bytes[0]!)).toBe(true);
    expect(bytes[2]!.equals(bytes[0]!)).toBe(true);
  });

  it('CSV tells null from the empty string', async () => {
    const file = b.path('out.csv');
    await copyToCsv(
      b.session,
      `SELECT '' AS a, NULL AS b, 'x"y,' || chr(10) AS c, 1.5 AS "d e"`,
      file,
    );
    expect(readFileSync(file, 'utf8')).toBe('a,b,c,d e\n"",,"x""y,\n",1.5\n');
  });
});

describe('guards', () => {
  it('a column shorter than its rows is refused before any memory is copied', async () => {
    const column: Column = { kind: 'f64', values: new Float64Array(10) };
    const table = createTableFromBatch(
      b.session,
      'short',
      [{ name: 'x', type: { kind: 'double' }, column }],
      11,
    );
    await expect(table).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('a column that cannot hold its type is refused', async () => {
    const column: Column = { kind: 'code', values: Int32Array.of(0) };
    const table = createTableFromBatch(
      b.session,
      'bad',
      [{ name: 'x', type: { kind: 'double' }, column }],
      1,
    );
    await expect(table).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('shared memory is written too', async () => {
    const values = new Float64Array(new SharedArrayBuffer(8 * 3000)).map((_, i) => i);
    const shared = new Float64Array(new SharedArrayBuffer(8 * 3000));
    shared.set(values);
    // A Column says Float64Array; over shared memory it is one at run time.
    const column = { kind: 'f64', values: shared } as unknown as Column;
    await createTableFromBatch(
      b.session,
      'sab',
      [{ name: 'x', type: { kind: 'double' }, column }],
      3000,
    );
    expect(await b.sql('SELECT sum(x) AS s FROM sab')).toEqual([{ s: (2999 * 3000) / 2 }]);
  });

  it('streams in bounded batches, in order', async () => {
    const sizes: number[] = [];
    let next = 0;
    const total = await streamColumns(
      b.session,
      'SELECT i FROM range(20000) t(i)',
      { i: 'f64' },
      async ({ rows, columns }) => {
        sizes.push(rows);
        const { i } = columns;
        if (i?.kind !== 'f64') throw new Error('no numbers');
        for (let k = 0; k < rows; k++) expect(i.values[k]).toBe(next++);
      },
      { batchRows: 6000 },
    );
    expect(total).toBe(20_000);
    expect(next).toBe(20_000);
    expect(Math.max(...sizes)).toBeLessThan(6000 + 2048);
  });

  it('an interrupted query says so', async () => {
    const session = await openDuckDb({ threads: 1 });
    const running = readColumns(
      session,
      'SELECT sum(a.i * b.i) AS s FROM range(100000000) a(i), range(1000) b(i)',
    );
    setTimeout(() => session.interrupt(), 50);
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    session.close();
    session.close();
  });

  it('a failed query carries its SQL', async () => {
    await expect(readColumns(b.session, 'SELECT nosuch')).rejects.toMatchObject({
      code: 'DUCKDB_FAILED',
      params: { sql: 'SELECT nosuch' },
    });
  });

  it('sessions are in UTC wherever the machine is', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'America/New_York';
    const session = await openDuckDb({ threads: 1 });
    const { columns } = await readColumns(
      session,
      "SELECT epoch_us(TIMESTAMP '2025-01-01'::TIMESTAMPTZ) AS x",
    );
    expect(columns.x).toMatchObject({ values: BigInt64Array.of(1735689600000000n) });
    session.close();
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
});
