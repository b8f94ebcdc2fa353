import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, relative } from 'node:path';
import { isTesseraError, parseType, type TesseraError } from '@tessera/api';
import { describe, expect, it } from 'vitest';
import {
  checkSchema,
  type FileFacts,
  fileFacts,
  fingerprintFile,
  isAssignable,
  listSource,
  readColumns,
  relationOf,
  scanSql,
  streamColumns,
  summarise,
} from '../src/index.js';
import { bench, sourceOf } from './support.js';

const b = bench();
const touch = (name: string, content: string | Buffer = 'x'): string => {
  const path = b.path(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

describe('listSource', () => {
  it('one file, absolute or below the lake', async () => {
    const path = touch('one/x.parquet', '12345');
    for (const source of [sourceOf({}, { path: 'one/x.parquet' }), sourceOf({}, { path })]) {
      const listing = await listSource(source, b.folder);
      expect(listing).toMatchObject({
        path,
        layout: 'file',
        partitions: [{ ds: null, files: [{ path, name: 'x.parquet', bytes: 5 }] }],
      });
    }
  });

  it('a folder of files with folders below it; hidden names are not looked at; code point order', async () => {
    // U+FF5E comes before U+1F600 by code point and after it by UTF-16 unit.
    for (const name of [
      'b',
      'a',
      'Z',
      '～',
      '😀',
      '.hidden',
      '_SUCCESS',
      'sub/c',
      '_tmp/d',
      'sub/.crc',
    ])
      touch(`folder/${name}`);
    const { layout, partitions } = await listSource(sourceOf({}, { path: 'folder' }), b.folder);
    expect(layout).toBe('folder');
    expect(partitions).toHaveLength(1);
    expect(partitions[0]!.files.map((f) => f.name)).toEqual(['Z', 'a', 'b', 'sub/c', '～', '😀']);
  });

  it('a folder of ds= folders, those without a file are none', async () => {
    for (const name of [
      'ds=2025-01-02/x',
      'ds=2025-01-01/hour=03/y',
      'ds=2025-01-01/hour=02/z',
      'ds=__none__/n',
      '_manifest.json',
      '_staging/r/ds=2025-01-09/x',
    ]) {
      touch(`hive/${name}`);
    }
    mkdirSync(b.path('hive/ds=2025-01-03'));
    symlinkSync(b.path('one'), b.path('hive/ds=2025-01-02/linked'));
    const { layout, partitions } = await listSource(sourceOf({}, { path: 'hive' }), b.folder);
    expect(layout).toBe('hive');
    expect(partitions.map(({ ds, files }) => [ds, files.map((f) => f.name)])).toEqual([
      ['2025-01-01', ['ds=2025-01-01/hour=02/z', 'ds=2025-01-01/hour=03/y']],
      ['2025-01-02', ['ds=2025-01-02/linked/x.parquet', 'ds=2025-01-02/x']],
      ['__none__', ['ds=__none__/n']],
    ]);
  });

  it.each([
    ['s3://bucket/x', 'REMOTE_PATH'],
    ['gs://bucket/x', 'REMOTE_PATH'],
    ['https://host/x', 'REMOTE_PATH'],
    ['nothing/here', 'PATH_MISSING'],
    ['empty', 'NO_PARTITIONS'],
    ['emptied', 'NO_PARTITIONS'],
    ['stray', 'BAD_PARTITION'],
    ['badday', 'BAD_PARTITION'],
  ])('%s is %s', async (path, code) => {
    mkdirSync(b.path('empty'), { recursive: true });
    mkdirSync(b.path('emptied/ds=2025-01-01'), { recursive: true });
    touch('stray/ds=2025-01-01/x');
    touch('stray/loose.parquet');
    touch('badday/ds=2025-02-30/x');
    await expect(listSource(sourceOf({}, { path }), b.folder)).rejects.toMatchObject({ code });
  });
});

describe('fingerprintFile', () => {
  it('tells content, size and name apart, and nothing else', async () => {
    const file = await b.parquet('fp/a.parquet', 'SELECT i FROM range(1000) t(i)');
    const other = await b.parquet('fp/b.parquet', 'SELECT i + 1 AS i FROM range(1000) t(i)');
    const copy = b.path('fp/c.parquet');
    copyFileSync(file, copy);
    utimesSync(copy, 1, 1);
    const print = await fingerprintFile(file, 'a');
    expect(print).toMatch(/^[0-9a-f]{32}$/);
    expect(await fingerprintFile(copy, 'a')).toBe(print);
    expect(await fingerprintFile(copy, 'c')).not.toBe(print);
    expect(await fingerprintFile(other, 'a')).not.toBe(print);
  });

  it('reads footers longer than its first read', async () => {
    const columns = Array.from({ length: 1500 }, (_, i) => `${i} AS column_with_a_long_name_${i}`);
    const file = await b.parquet('fp/wide.parquet', `SELECT ${columns.join(', ')}`);
    expect(readFileSync(file).readUInt32LE(readFileSync(file).length - 8)).toBeGreaterThan(65_536);
    expect(await fingerprintFile(file, 'w')).toMatch(/^[0-9a-f]{32}$/);
  });
});

async function factsOf(path: string, columns: Record<string, string>, rest = {}) {
  const source = sourceOf(columns, { path, ...rest });
  const listing = await listSource(source, b.folder);
  return { source, facts: await fileFacts(b.session, source, listing) };
}

describe('fileFacts', () => {
  it('rows, types, and the time range of many row groups, floored', async () => {
    const query = `SELECT i::INTEGER AS id, make_timestamp(-1500 + i * 1000) AS ts FROM range(300000) t(i)`;
    await b.parquet('facts/ds=2025-01-01/many.parquet', query);
    await b.parquet(
      'facts/ds=2025-01-02/[odd]*.parquet',
      "SELECT 1 AS id, NULL::TIMESTAMP AS ts, [1.5::DOUBLE] AS l, 'x' AS s",
    );
    await b.parquet(
      'facts/ds=2025-01-03/tz.parquet',
      "SELECT 1::TINYINT AS id, TIMESTAMPTZ '2025-01-03 01:00:00.0009+01' AS ts",
    );
    await b.parquet('facts/ds=2025-01-04/none.parquet', 'SELECT 1 AS id');
    const { source, facts } = await factsOf(
      'facts',
      { id: 'int64', ts: 'timestamp' },
      { time: 'ts' },
    );
    expect(
      facts.map(({ ds, rows, columns, timeMinMs, timeMaxMs, timeNulls }) => ({
        ds,
        rows,
        columns,
        timeMinMs,
        timeMaxMs,
        timeNulls,
      })),
    ).toEqual([
      {
        ds: '2025-01-01',
        rows: 300_000,
        columns: [
          { name: 'id', type: 'INTEGER' },
          { name: 'ts', type: 'TIMESTAMP' },
        ],
        timeMinMs: -2,
        timeMaxMs: 299_997,
        timeNulls: 0,
      },
      {
        ds: '2025-01-02',
        rows: 1,
        columns: [
          { name: 'id', type: 'INTEGER' },
          { name: 'ts', type: 'TIMESTAMP' },
          { name: 'l', type: 'DOUBLE[]' },
          { name: 's', type: 'VARCHAR' },
        ],
        timeMinMs: null,
        timeMaxMs: null,
        timeNulls: 1,
      },
      {
        ds: '2025-01-03',
        rows: 1,
        columns: [
          { name: 'id', type: 'TINYINT' },
          { name: 'ts', type: 'TIMESTAMP WITH TIME ZONE' },
        ],
        timeMinMs: Date.parse('2025-01-03T00:00:00Z'),
        timeMaxMs: Date.parse('2025-01-03T00:00:00Z'),
        timeNulls: 0,
      },
      {
        ds: '2025-01-04',
        rows: 1,
        columns: [{ name: 'id', type: 'INTEGER' }],
        timeMinMs: null,
        timeMaxMs: null,
        timeNulls: null,
      },
    ]);
    expect(checkSchema(source, facts).filled.map((f) => f.column)).toEqual(['ts']);
    const relation = relationOf(source, facts);
    expect(relation).toMatchObject({
      files: [{ adjusted: [] }, { adjusted: [] }, { adjusted: ['ts'] }, { adjusted: [] }],
    });
    const sql = scanSql({ source, relation, columns: ['id'], timeRange: { startMs: 299_997 } });
    expect(
      (await readColumns(b.session, `SELECT __t FROM (${sql})`, { __t: 'f64' })).columns.__t,
    ).toEqual({
      kind: 'f64',
      values: Float64Array.of(299_997, Date.parse('2025-01-03T00:00:00Z')),
    });
  });

  it.each([
    [
      'timestamp_ns',
      "TIMESTAMP_NS '2025-01-01 00:00:00.001999999'",
      Date.parse('2025-01-01T00:00:00.001Z'),
    ],
    ['date', "DATE '2025-01-01'", Date.parse('2025-01-01')],
    ['epoch_s', '1735689600', Date.parse('2025-01-01')],
    ['epoch_us', '-1', -1],
    ['epoch_s', '9223372036854775807', null],
  ])('time statistics of %s %s', async (type, value, expected) => {
    await b.parquet('stat/x.parquet', `SELECT ${value} AS ts`);
    const { facts } = await factsOf('stat', { ts: type }, { time: 'ts' });
    expect(facts[0]).toMatchObject({ timeMinMs: expected, timeMaxMs: expected, timeNulls: 0 });
  });

  it('a row group of nulls has no range; one whose range cannot be told leaves the file without', async () => {
    const ts = (of: string) =>
      `SELECT CASE WHEN i < 122880 THEN ${of} ELSE make_timestamp(i) END AS ts FROM range(200000) t(i)`;
    await b.parquet('groups/1.parquet', ts('NULL'));
    await b.parquet('groups/2.parquet', ts("'infinity'::TIMESTAMP"));
    const { facts } = await factsOf('groups', { ts: 'timestamp' }, { time: 'ts' });
    expect(facts.map((f) => [f.timeMinMs, f.timeMaxMs, f.timeNulls])).toEqual([
      [122, 199, 122_880],
      [null, null, 0],
    ]);
  });

  it('reports every bad file together, with a name and a reason', async () => {
    const good = await b.parquet('bad/good.parquet', 'SELECT i AS id FROM range(100) t(i)');
    const bytes = readFileSync(good);
    touch('bad/empty.parquet', '');
    touch('bad/short.parquet', 'PAR1');
    touch('bad/text.parquet', 'id,name\n1,this is no parquet file at all\n');
    touch('bad/truncated.parquet', bytes.subarray(0, bytes.length - 20));
    const broken = Buffer.from(bytes);
    broken.fill(0xff, bytes.length - 8 - broken.readUInt32LE(bytes.length - 8), bytes.length - 8);
    touch('bad/footer.parquet', broken);
    const failing = factsOf('bad', { id: 'int64' });
    await expect(failing).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    const error = await failing.catch((e) => e);
    expect(
      error.problems
        .map((p: { params: { path: string } }) => relative(b.folder, p.params.path))
        .sort(),
    ).toEqual([
      'bad/empty.parquet',
      'bad/footer.parquet',
      'bad/short.parquet',
      'bad/text.parquet',
      'bad/truncated.parquet',
    ]);
  });

  it('a damaged page is found by the scan and the file is named', async () => {
    const good = await b.parquet('page.parquet', 'SELECT i AS id FROM range(100) t(i)');
    const bytes = readFileSync(good);
    bytes.fill(7, 4, 60);
    const path = touch('page.parquet', bytes);
    const other = await b.parquet('page-2.parquet', 'SELECT i AS id FROM range(100) t(i)');
    for (const paths of [[path], [other, path, other]]) {
      const sql = scanSql({
        source: sourceOf({ id: 'int64' }),
        relation: { kind: 'parquet', files: paths.map((p) => ({ path: p, ds: null })) },
        columns: ['id'],
      });
      const bad = { code: 'FILE_UNREADABLE', params: { path } };
      await expect(readColumns(b.session, sql)).rejects.toMatchObject(bad);
      await expect(streamColumns(b.session, sql, {}, () => {})).rejects.toMatchObject(bad);
    }
  });

  it('CSV: rows, header, times, and every bad value of a declared column', async () => {
    touch('csv/a.csv', 'id,ts,more\n1,2025-01-01T00:00:00.0019Z,x\n2,,\n');
    touch('csv/b.csv', 'ts,id\r\n2025-01-02,3\r\n');
    const columns = { id: 'int64', ts: 'timestamp' };
    const { facts } = await factsOf('csv', columns, { format: 'csv', time: 'ts' });
    expect(
      facts.map(({ rows, columns: c, timeMinMs, timeNulls }) => [
        rows,
        c.map((x) => `${x.name} ${x.type}`),
        timeMinMs,
        timeNulls,
      ]),
    ).toEqual([
      [2, ['id BIGINT', 'ts TIMESTAMP', 'more VARCHAR'], Date.parse('2025-01-01T00:00:00.001Z'), 1],
      [1, ['ts TIMESTAMP', 'id BIGINT'], Date.parse('2025-01-02'), 0],
    ]);
    const again = await factsOf('csv', columns, { format: 'csv', time: 'ts' });
    expect(again.facts.map((f) => f.fingerprint)).toEqual(facts.map((f) => f.fingerprint));
    touch('csv/b.csv', 'ts,id\r\n2025-01-02,4\r\n');
    const changed = await factsOf('csv', columns, { format: 'csv', time: 'ts' });
    expect(changed.facts[1]!.fingerprint).not.toBe(facts[1]!.fingerprint);
    touch('csv/b.csv', 'ts,id\r\n2025-01-02,four\r\n');
    touch('csv/c.csv', 'ts,id\nlately,4\n');
    const error = await factsOf('csv', columns, { format: 'csv', time: 'ts' }).catch((e) => e);
    expect(error.problems.map((p: { params: { path: string } }) => p.params.path)).toEqual([
      b.path('csv/b.csv'),
      b.path('csv/c.csv'),
    ]);
  });
});

describe('checkSchema', () => {
  const file = (
    path: string,
    columns: Record<string, string>,
    ds: string | null = null,
  ): Pick<FileFacts, 'path' | 'ds' | 'columns'> => ({
    path,
    ds,
    columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
  });

  it('takes what is narrower and notes what is filled', () => {
    const source = sourceOf({ a: 'int64', b: 'double', c: 'string', ds: 'string' });
    const facts = [
      file('/1', { a: 'INTEGER', b: 'FLOAT', c: 'VARCHAR' }, '2025-01-01'),
      file('/2', { a: 'BIGINT', b: 'INTEGER' }, '2025-01-02'),
    ];
    expect(checkSchema(source, facts)).toEqual({ filled: [{ column: 'c', files: ['/2'] }] });
  });

  it('reports all problems together', () => {
    const source = sourceOf({
      gone: 'int64',
      must: 'string!',
      wrong: 'date',
      mixed: 'int64',
      Case: 'int64',
      twin: 'int64',
      TWIN: 'int64',
    });
    const facts = [
      file('/1', {
        must: 'VARCHAR',
        wrong: 'VARCHAR',
        mixed: 'BIGINT',
        Case: 'BIGINT',
        twin: 'BIGINT',
        TWIN: 'BIGINT',
      }),
      file('/2', {
        wrong: 'VARCHAR',
        mixed: 'VARCHAR',
        case: 'BIGINT',
        twin: 'BIGINT',
        TWIN: 'BIGINT',
      }),
    ];
    const found = (): readonly TesseraError[] => {
      try {
        checkSchema(source, facts);
      } catch (error) {
        if (isTesseraError(error)) return error.problems;
      }
      return [];
    };
    expect(found().map(({ code, params }) => [code, params])).toEqual([
      ['DUPLICATE_COLUMN_NAME', expect.objectContaining({ name: 'TWIN' })],
      ['SCHEMA_MISSING_COLUMN', expect.objectContaining({ column: 'gone', file: '/1' })],
      ['SCHEMA_MISSING_COLUMN', expect.objectContaining({ column: 'must', file: '/2' })],
      [
        'SCHEMA_TYPE',
        expect.objectContaining({
          column: 'wrong',
          file: '/1',
          declared: 'date',
          actual: 'VARCHAR',
        }),
      ],
      [
        'SCHEMA_DISAGREES',
        expect.objectContaining({
          column: 'mixed',
          file: '/1',
          otherFile: '/2',
          otherType: 'VARCHAR',
        }),
      ],
      ['SCHEMA_MISSING_COLUMN', expect.objectContaining({ column: 'Case', file: '/2' })],
    ]);
  });

  it.each([
    ['BIGINT', 'double', false],
    ['INTEGER', 'double', true],
    ['UINTEGER', 'double', true],
    ['INTEGER', 'float', false],
    ['SMALLINT', 'float', true],
    ['DOUBLE', 'float', false],
    ['BIGINT', 'int32', false],
    ['USMALLINT', 'int32', true],
    ['UINTEGER', 'int32', false],
    ['UINTEGER', 'int64', true],
    ['UBIGINT', 'int64', false],
    ['TIMESTAMP WITH TIME ZONE', 'timestamp', true],
    ['TIMESTAMP', 'timestamptz', true],
    ['TIMESTAMP_NS', 'timestamp', false],
    ['TIMESTAMP', 'timestamp_ns', true],
    ['DATE', 'timestamp', false],
    ['VARCHAR', 'date', false],
    ['DECIMAL(5,2)', 'decimal(10,2)', true],
    ['DECIMAL(12,2)', 'decimal(10,2)', false],
    ['DECIMAL(5,1)', 'decimal(10,2)', false],
    ['INTEGER[]', 'list<int64>', true],
    ['BIGINT[]', 'list<double>', false],
    ['FLOAT[][]', 'list<list<double>>', true],
    ['MAP(VARCHAR, DECIMAL(5,2)[])', 'map<string,list<decimal(6,2)>>', true],
    ['STRUCT(a INTEGER)', 'int64', false],
    ['BLOB', 'string', false],
  ])('%s as %s: %s', (actual, declared, expected) => {
    expect(isAssignable(actual, parseType(declared))).toBe(expected);
  });
});

describe('summarise', () => {
  it('nulls, least, middle and greatest; lists only nulls', async () => {
    const one = await b.parquet(
      'sum/1.parquet',
      "SELECT i AS n, i / 2 AS d, 'k' || i AS s, [i] AS l, NULL::DOUBLE AS z FROM range(10) t(i)",
    );
    const two = await b.parquet(
      'sum/2.parquet',
      'SELECT NULL::BIGINT AS n, NULL::DOUBLE AS d, NULL::VARCHAR AS s, NULL::BIGINT[] AS l, NULL::DOUBLE AS z',
    );
    const columns = Object.entries({
      n: 'int64',
      d: 'double',
      s: 'string',
      l: 'list<int64>',
      z: 'double',
    }).map(([name, t]) => ({ name, type: parseType(t) }));
    const rows = await summarise(b.session, [one, two], columns);
    expect(
      rows.map(({ name, rows, nulls, min, median, max }) => [name, rows, nulls, min, median, max]),
    ).toEqual([
      ['n', 11, 1, '0', '4', '9'],
      ['d', 11, 1, '0.0', '2.0', '4.5'],
      ['s', 11, 1, 'k0', 'k4', 'k9'],
      ['l', 11, 1, null, null, null],
      ['z', 11, 11, null, null, null],
    ]);
  });
});
