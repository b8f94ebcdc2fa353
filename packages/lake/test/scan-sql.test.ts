import { writeFileSync } from 'node:fs';
import { type Expression, formatExpression, parseCondition, type SourceSpec } from '@tessera/api';
import { describe, expect, it } from 'vitest';
import {
  predicateSql,
  type Relation,
  readRows,
  type ScanFile,
  type ScanSpec,
  scanSql,
} from '../src/index.js';
import { bench, sourceOf } from './support.js';

const b = bench();

/** Rows of a scan with bigints as numbers, in the scan's own order. */
async function scan(spec: ScanSpec): Promise<Record<string, unknown>[]> {
  const rows = await readRows(b.session, scanSql(spec));
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, v]) => [name, typeof v === 'bigint' ? Number(v) : v]),
    ),
  );
}

const files = (...paths: (string | ScanFile)[]): Relation => ({
  kind: 'parquet',
  files: paths.map((path) => (typeof path === 'string' ? { path, ds: null } : path)),
});

let made = 0;
const parquet = (query: string) => b.parquet(`scan/f${made++}.parquet`, query);

const TIMES = `(VALUES (1, TIMESTAMP '2025-01-02 00:00:00.0019'), (2, NULL), (3, TIMESTAMP '1969-12-31 23:59:59.999999'),
  (4, TIMESTAMP '2200-12-31 23:59:59.999999'), (5, TIMESTAMP '2201-01-01'), (6, TIMESTAMP '1970-01-01'),
  (7, TIMESTAMP '0001-01-01'), (8, TIMESTAMP '0001-01-01' - INTERVAL 1 MICROSECOND), (9, 'infinity'::TIMESTAMP),
  (10, TIMESTAMP '1969-12-31 23:59:59.9985'), (11, TIMESTAMP '1969-12-31 23:59:59.998')) v(id, ts)`;

describe('time', () => {
  const source = sourceOf({ id: 'int64', ts: 'timestamp' }, { time: 'ts' });

  it('S1.1 finer times are floored; S1.3 no time outside 1970-2200; S1.6 ds is the UTC day', async () => {
    const file = await parquet(`SELECT * FROM ${TIMES}`);
    const rows = await scan({ source, relation: files(file), columns: ['id'] });
    expect(rows).toEqual([
      { id: 1, __t: Date.parse('2025-01-02T00:00:00.001Z'), __ds: '2025-01-02' },
      { id: 2, __t: null, __ds: '__none__' },
      { id: 3, __t: null, __ds: '__none__' },
      { id: 4, __t: Date.parse('2200-12-31T23:59:59.999Z'), __ds: '2200-12-31' },
      { id: 5, __t: null, __ds: '__none__' },
      { id: 6, __t: 0, __ds: '1970-01-01' },
      ...[7, 8, 9, 10, 11].map((id) => ({ id, __t: null, __ds: '__none__' })),
    ]);
  });

  it('S1.3 allowPre1970: floored downwards, from the year 1', async () => {
    const file = await parquet(`SELECT * FROM ${TIMES}`);
    const rows = await scan({
      source: { ...source, allowPre1970: true },
      relation: files(file),
      columns: ['id'],
    });
    expect(rows.map((r) => [r.id, r.__t, r.__ds])).toEqual([
      [1, Date.parse('2025-01-02T00:00:00.001Z'), '2025-01-02'],
      [2, null, '__none__'],
      [3, -1, '1969-12-31'],
      [4, Date.parse('2200-12-31T23:59:59.999Z'), '2200-12-31'],
      [5, null, '__none__'],
      [6, 0, '1970-01-01'],
      [7, Date.parse('0001-01-01T00:00:00Z'), '0001-01-01'],
      [8, null, '__none__'],
      [9, null, '__none__'],
      [10, -2, '1969-12-31'],
      [11, -2, '1969-12-31'],
    ]);
  });

  it.each([
    ['timestamp', "TIMESTAMP '2025-03-01 10:00:00.123456'", '2025-03-01T10:00:00.123Z'],
    ['timestamptz', "TIMESTAMPTZ '2025-03-01 10:00:00.123456+02'", '2025-03-01T08:00:00.123Z'],
    ['timestamp_ns', "TIMESTAMP_NS '2025-03-01 10:00:00.123999999'", '2025-03-01T10:00:00.123Z'],
    ['date', "DATE '2025-03-01'", '2025-03-01T00:00:00.000Z'],
    ['epoch_ms', '1740823200123', '2025-03-01T10:00:00.123Z'],
    ['epoch_s', '1740823200', '2025-03-01T10:00:00.000Z'],
    ['epoch_us', '1740823200123999', '2025-03-01T10:00:00.123Z'],
  ])('S1.1 %s, with the exact half-open range pushed down', async (type, value, iso) => {
    const file = await parquet(`SELECT ${value} AS ts UNION ALL SELECT NULL`);
    const timed = sourceOf({ ts: type }, { time: 'ts' });
    const t = Date.parse(iso);
    const count = async (startMs?: number, endMs?: number) =>
      (
        await scan({
          source: timed,
          relation: files(file),
          columns: [],
          timeRange: { startMs, endMs },
        })
      ).map((r) => r.__t);
    expect(await count()).toEqual([t]);
    expect(await count(t)).toEqual([t]);
    expect(await count(t + 1)).toEqual([]);
    expect(await count(0, t)).toEqual([]);
    expect(await count(0, t + 1)).toEqual([t]);
    expect(await scan({ source: timed, relation: files(file), columns: [] })).toHaveLength(2);
  });

  it.each([
    ['epoch_s', [-1, -2, 0], [-1000, -2000, 0]],
    ['epoch_us', [-1, -1000, -1001], [-1, -1, -2]],
    ['epoch_ms', [-1, -1000, 5], [-1, -1000, 5]],
  ])('S1.1 %s before 1970', async (type, values, expected) => {
    const file = await parquet(`SELECT unnest([${values.join(', ')}]) AS ts`);
    const timed = sourceOf({ ts: type }, { time: 'ts', allowPre1970: true });
    const rows = await scan({ source: timed, relation: files(file), columns: [] });
    expect(rows.map((r) => r.__t)).toEqual(expected);
  });

  it('S1.3 epoch values far out of range are no time, and no overflow', async () => {
    for (const type of ['epoch_s', 'epoch_us', 'epoch_ms']) {
      const file = await parquet(
        'SELECT unnest([9223372036854775807, -9223372036854775808]) AS ts',
      );
      for (const allowPre1970 of [false, true]) {
        const timed = sourceOf({ ts: type }, { time: 'ts', allowPre1970 });
        const rows = await scan({ source: timed, relation: files(file), columns: [] });
        expect(rows.map((r) => r.__t)).toEqual([null, null]);
      }
    }
  });

  it('reads instants as timestamps and the other way round, fast and slow alike', async () => {
    const tz = await parquet("SELECT 1 AS id, TIMESTAMPTZ '2025-03-01 10:00:00.5+02' AS ts");
    const local = await parquet("SELECT 2 AS id, TIMESTAMP '2025-03-01 08:00:00.5' AS ts");
    const t = Date.parse('2025-03-01T08:00:00.5Z');
    for (const type of ['timestamp', 'timestamptz']) {
      const timed = sourceOf({ id: 'int64', ts: type }, { time: 'ts' });
      for (const known of [true, false]) {
        const paths = [
          known ? { path: tz, ds: null, adjusted: ['ts'] } : tz,
          known ? { path: local, ds: null, adjusted: [] } : local,
        ];
        const relation = files(...paths);
        for (const one of [relation, files(...paths.slice(0, 1))]) {
          const spec: ScanSpec = {
            source: timed,
            relation: one,
            columns: ['ts'],
            timeRange: { startMs: t, endMs: t + 1 },
          };
          const rows = await readRows(
            b.session,
            `SELECT __t, epoch_us(ts) AS us, typeof(ts) AS type FROM (${scanSql(spec)})`,
          );
          for (const row of rows) {
            expect(row).toEqual({
              __t: BigInt(t),
              us: BigInt(t) * 1000n,
              type: type === 'timestamp' ? 'TIMESTAMP' : 'TIMESTAMP WITH TIME ZONE',
            });
          }
          expect(rows).toHaveLength(one === relation ? 2 : 1);
        }
      }
    }
  });
});

describe('partitions', () => {
  const source = sourceOf({ id: 'int64', ts: 'timestamp' }, { time: 'ts' });

  it('a file named like a pattern is read alone', async () => {
    const names = ['p[a].parquet', 'pa.parquet', 'p*.parquet', 'p?.parquet'];
    const paths: string[] = [];
    for (const [i, name] of names.entries()) {
      paths.push(await b.parquet(`glob/${name}`, `SELECT ${i} AS id`));
    }
    const rows = await scan({
      source: sourceOf({ id: 'int64' }),
      relation: files(...paths),
      columns: ['id'],
    });
    expect(rows.map((r) => r.id)).toEqual([0, 1, 2, 3]);
  });

  it('S1.2 the folder names ds, whatever the time says; names of any characters', async () => {
    const one = await b.parquet(
      "hive/ds=2025-01-01/a[b]*'?.parquet",
      "SELECT 1 AS id, TIMESTAMP '2025-06-01' AS ts",
    );
    const two = await b.parquet(
      'hive/ds=__none__/x.parquet',
      'SELECT 2 AS id, NULL::TIMESTAMP AS ts',
    );
    const three = await b.parquet(
      'hive/ds=2025-01-03/x.parquet',
      "SELECT 3 AS id, TIMESTAMP '2025-01-03' AS ts",
    );
    const relation = files(
      { path: one, ds: '2025-01-01' },
      { path: three, ds: '2025-01-03' },
      { path: two, ds: '__none__' },
    );
    const rows = await scan({ source, relation, columns: ['id'], withPosition: true });
    expect(rows.map((r) => [r.id, r.__ds, r.__pos])).toEqual([
      [1, '2025-01-01', 0],
      [3, '2025-01-03', 1],
      [2, '__none__', 2],
    ]);
    const withDs = sourceOf({ id: 'int64', ds: 'date' });
    const dated = await scan({ source: withDs, relation, columns: ['ds'] });
    expect(dated.map((r) => (r.ds === null ? null : String(r.ds)))).toEqual([
      '2025-01-01',
      '2025-01-03',
      null,
    ]);
  });

  it('S1.6 a static source has no day; a source without time neither', async () => {
    const file = await parquet("SELECT 1 AS id, TIMESTAMP '2025-06-01' AS ts");
    const fixed = await scan({
      source: { ...source, static: true },
      relation: files(file),
      columns: [],
    });
    expect(fixed.map((r) => r.__ds)).toEqual(['__none__']);
    const timeless = await scan({
      source: sourceOf({ id: 'int64' }),
      relation: files(file),
      columns: ['id'],
    });
    expect(timeless).toEqual([{ id: 1, __t: null, __ds: '__none__' }]);
  });

  it('a column named file_index does not hide the labels', async () => {
    const paths = [];
    for (const day of ['2025-01-01', '2025-01-02']) {
      paths.push({
        path: await b.parquet(`fi/ds=${day}/x.parquet`, "SELECT 7 AS file_index, 'f' AS filename"),
        ds: day,
      });
    }
    const rows = await scan({
      source: sourceOf({ file_index: 'int64', filename: 'string' }),
      relation: files(...paths),
      columns: ['file_index', 'filename'],
    });
    expect(rows.map((r) => [r.file_index, r.filename, r.__ds])).toEqual([
      [7, 'f', '2025-01-01'],
      [7, 'f', '2025-01-02'],
    ]);
  });

  it('no files give no rows', async () => {
    expect(
      await scan({ source, relation: files(), columns: ['id', 'ts'], withPosition: true }),
    ).toEqual([]);
  });

  it('a table with and without ds', async () => {
    await b.sql(`CREATE TEMP TABLE tab AS SELECT * FROM (VALUES (1, TIMESTAMP '2025-06-01', '2025-01-01'),
      (2, TIMESTAMP '2025-06-01', NULL)) v(id, ts, ds)`);
    const rows = await scan({
      source,
      relation: { kind: 'table', name: 'tab' },
      columns: ['id'],
      timeRange: { startMs: 0 },
    });
    expect(rows.map((r) => [r.id, r.__ds])).toEqual([
      [1, '2025-01-01'],
      [2, '2025-06-01'],
    ]);
  });
});

describe('columns', () => {
  it('S4.4 NaN is null and -0 is 0 before any condition, inside lists and maps too; infinity stays', async () => {
    const file =
      await parquet(`SELECT * FROM (VALUES (1, 'nan'::DOUBLE, 'nan'::FLOAT), (2, '-0.0'::DOUBLE, '-0.0'::FLOAT),
      (3, 'inf'::DOUBLE, '-inf'::FLOAT), (4, NULL, NULL)) v(id, d, f)`);
    const base = sourceOf({ id: 'int64', d: 'double', f: 'float' });
    const rows = await scan({ source: base, relation: files(file), columns: ['id', 'd', 'f'] });
    expect(rows.map((r) => [r.d, r.f])).toEqual([
      [null, null],
      [0, 0],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [null, null],
    ]);
    // toEqual takes -0 for 0.
    expect(Object.is(rows[1]?.d, 0) && Object.is(rows[1]?.f, 0)).toBe(true);
    const nulls: Expression = { op: 'is_null', operand: { op: 'column', column: 'd' } };
    const where = await scan({
      source: { ...base, where: nulls },
      relation: files(file),
      columns: ['id'],
    });
    expect(where.map((r) => r.id)).toEqual([1, 4]);

    const nested =
      await parquet(`SELECT [1.5, 'nan'::DOUBLE, '-0.0'::DOUBLE, NULL] AS l, [['nan'::DOUBLE], NULL, []] AS ll,
      MAP {'a': 'nan'::DOUBLE, 'b': '-0.0'::DOUBLE} AS m, NULL::DOUBLE[] AS n`);
    const types = sourceOf({
      l: 'list<double>',
      ll: 'list<list<double>>',
      m: 'map<string,double>',
      n: 'list<double>',
    });
    const sql = scanSql({ source: types, relation: files(nested), columns: ['l', 'll', 'm', 'n'] });
    expect(
      await b.sql(
        `SELECT l::VARCHAR AS l, ll::VARCHAR AS ll, m::VARCHAR AS m, n::VARCHAR AS n, typeof(m) AS t FROM (${sql})`,
      ),
    ).toEqual([
      {
        l: '[1.5, NULL, 0.0, NULL]',
        ll: '[[NULL], NULL, []]',
        m: '{a=NULL, b=0.0}',
        n: null,
        t: 'MAP(VARCHAR, DOUBLE)',
      },
    ]);
  });

  it('reads narrower files as declared, absent columns as null, and leaves out what is not declared', async () => {
    const one = await parquet(
      "SELECT 1::TINYINT AS i, 1.5::FLOAT AS d, 1.25::DECIMAL(5,2) AS m, 'x' AS other",
    );
    const two = await parquet(
      "SELECT 2::INTEGER AS i, 7::INTEGER AS d, [1::INTEGER] AS l, 'a' AS s",
    );
    const source = sourceOf({
      i: 'int64',
      d: 'double',
      m: 'decimal(30,2)',
      l: 'list<int64>',
      s: 'string',
    });
    const columns = ['i', 'd', 'm', 'l', 's'];
    const sql = scanSql({ source, relation: files(one, two), columns });
    expect(await b.sql(`DESCRIBE ${sql}`)).toMatchObject(
      ['BIGINT', 'DOUBLE', 'DECIMAL(30,2)', 'BIGINT[]', 'VARCHAR', 'BIGINT', 'VARCHAR'].map(
        (column_type) => ({ column_type }),
      ),
    );
    expect(await b.sql(`SELECT COLUMNS(*)::VARCHAR FROM (${sql})`)).toMatchObject([
      { i: '1', d: '1.5', m: '1.25', l: null, s: null },
      { i: '2', d: '7.0', m: null, l: '[1]', s: 'a' },
    ]);
  });

  it('any name is a name', async () => {
    const names = [
      'with space',
      'quo"te',
      "apo'strophe",
      'select',
      'ünï😀',
      '1',
      'a.b',
      '{x}',
      'NULL',
    ];
    const file = await parquet(
      `SELECT ${names.map((n, i) => `${i} AS "${n.replaceAll('"', '""')}"`).join(', ')}`,
    );
    const source: SourceSpec = {
      ...sourceOf(Object.fromEntries(names.map((n) => [n, 'int32']))),
      where: {
        op: '=',
        left: { op: 'column', column: 'quo"te' },
        right: { op: 'literal', literal: 1 },
      },
      eventId: "apo'strophe",
      tieBreaker: 'select',
    };
    const [row] = await scan({ source, relation: files(file), columns: names, withPosition: true });
    expect(row).toEqual({
      ...Object.fromEntries(names.map((n, i) => [n, i])),
      __t: null,
      __ds: '__none__',
      __pos: 0,
    });
  });
});

describe('positions', () => {
  it('S4.3 number the rows that come out, in file and row order', async () => {
    const source = sourceOf(
      { id: 'int64', ts: 'timestamp' },
      {
        time: 'ts',
        where: {
          op: '>',
          left: { op: 'column', column: 'id' },
          right: { op: 'literal', literal: 4990 },
        },
      },
    );
    const one = await parquet('SELECT i AS id, make_timestamp(i) AS ts FROM range(5000) t(i)');
    const two = await parquet('SELECT 9000 - i AS id, NULL::TIMESTAMP AS ts FROM range(3) t(i)');
    const rows = await scan({
      source,
      relation: files(two, one),
      columns: ['id'],
      withPosition: true,
    });
    expect(rows.map((r) => [r.__pos, r.id])).toEqual(
      [9000, 8999, 8998, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999].map((id, i) => [
        i,
        id,
      ]),
    );
  });
});

describe('eventId (S1.5)', () => {
  const source = sourceOf(
    { id: 'int64', e: 'string', ts: 'timestamp', tie: 'int64', v: 'double' },
    { time: 'ts', eventId: 'e', tieBreaker: 'tie' },
  );
  const day = (d: string) => `TIMESTAMP '2025-01-${d}'`;

  it('keeps the least by time, tie-breaker, then canonical encoding, nulls first', async () => {
    const file = await parquet(`SELECT * FROM (VALUES
      (1, 'a', ${day('01 02:00')}, 1, 1.0), (2, 'a', ${day('01 01:00')}, 9, 1.0),
      (3, 'b', ${day('01 01:00')}, 2, 1.0), (4, 'b', ${day('01 01:00')}, 1, 5.0),
      (5, 'c', ${day('01 01:00')}, 1, 7.0), (9, 'c', ${day('01 01:00')}, 1, 2.0), (8, 'c', ${day('01 01:00')}, 1, NULL),
      (6, 'd', ${day('01 01:00')}, NULL, 0.0), (7, 'd', ${day('01 01:00')}, 1, 0.0),
      (10, NULL, ${day('01 01:00')}, 1, 0.0), (11, NULL, ${day('01 01:00')}, 1, 0.0),
      (12, 'e', NULL, 1, 0.0), (13, 'e', NULL, 1, 0.0), (14, 'e', ${day('01')}, 1, 0.0),
      (15, 'f', ${day('01')}, 1, 0.0), (16, 'f', ${day('02')}, 1, 0.0)) x(id, e, ts, tie, v)`);
    const rows = await scan({ source, relation: files(file), columns: ['id'], withPosition: true });
    // c: encoding is e, id, tie, ts, v: id decides, so 5. Without ds, f lies in two partitions (days).
    expect(rows.map((r) => r.id)).toEqual([2, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16]);
    expect(rows.map((r) => r.__pos)).toEqual(rows.map((_, i) => i));
  });

  it('is per partition: the folder where there is one', async () => {
    const query = (id: number) =>
      `SELECT ${id} AS id, 'a' AS e, ${day(`0${id}`)} AS ts, 1 AS tie, 0.0 AS v`;
    const one = await parquet(`${query(2)} UNION ALL ${query(1)}`);
    const two = await parquet(query(3));
    const relation = files({ path: one, ds: '2025-01-01' }, { path: two, ds: '2025-01-03' });
    const rows = await scan({ source, relation, columns: ['id'], withPosition: true });
    expect(rows.map((r) => r.id)).toEqual([1, 3]);
  });

  it('comes before where and before the time range', async () => {
    const file =
      await parquet(`SELECT * FROM (VALUES (1, 'a', ${day('01 01:00')}, 1, 1.0), (2, 'a', ${day('01 02:00')}, 1, 2.0),
      (3, 'b', ${day('01 03:00')}, 1, 2.0)) x(id, e, ts, tie, v)`);
    const where: Expression = {
      op: '=',
      left: { op: 'column', column: 'v' },
      right: { op: 'literal', literal: 2 },
    };
    const startMs = Date.parse('2025-01-01T01:30:00Z');
    for (const relation of [files(file), files({ path: file, ds: '2025-01-01' })]) {
      const filtered = await scan({ source: { ...source, where }, relation, columns: ['id'] });
      expect(filtered.map((r) => r.id)).toEqual([3]);
      const later = await scan({ source, relation, columns: ['id'], timeRange: { startMs } });
      expect(later.map((r) => r.id)).toEqual([3]);
    }
  });

  it('a time range prunes whole days first where partitions are days', () => {
    const timeRange = { startMs: Date.parse('2025-01-01T01:30:00Z') };
    const pushed = `make_timestamp(${Date.parse('2025-01-01T00:00:00Z')}000)`;
    expect(scanSql({ source, relation: files('/x.parquet'), columns: [], timeRange })).toContain(
      pushed,
    );
    const hive = files({ path: '/x.parquet', ds: '2025-01-01' });
    expect(scanSql({ source, relation: hive, columns: [], timeRange })).not.toContain(pushed);
  });
});

describe('dedupe (S3.3)', () => {
  it('the greatest orderBy of a key and partition stays; nulls last, ties by the greatest encoding', async () => {
    const source = sourceOf(
      { k: 'string', o: 'int64', v: 'double' },
      { kind: 'entities', keys: ['k'], dedupe: { orderBy: 'o' } },
    );
    const file =
      await parquet(`SELECT * FROM (VALUES ('a', 1, 1.0), ('a', 2, 0.0), ('a', NULL, 9.0), ('b', 1, NULL), ('b', 1, 3.0),
      ('b', 1, 2.0), (NULL, 1, 1.0), (NULL, 2, 1.0), ('c', NULL, 4.0)) x(k, o, v)`);
    const other = await parquet("SELECT 'a' AS k, 0 AS o, 5.0 AS v");
    const relation = files({ path: file, ds: '2025-01-01' }, { path: other, ds: '2025-01-02' });
    const rows = await scan({ source, relation, columns: ['k', 'o', 'v'], withPosition: true });
    expect(rows.map((r) => [r.k, r.o, r.v, r.__ds])).toEqual([
      ['a', 2, 0, '2025-01-01'],
      ['b', 1, 3, '2025-01-01'],
      [null, 1, 1, '2025-01-01'],
      [null, 2, 1, '2025-01-01'],
      ['c', null, 4, '2025-01-01'],
      ['a', 0, 5, '2025-01-02'],
    ]);
  });
});

describe('CSV', () => {
  const source = sourceOf(
    { id: 'int64', v: 'double', s: 'string', ts: 'timestamp', n: 'decimal(10,2)' },
    { format: 'csv', time: 'ts' },
  );
  const write = (name: string, text: string) => {
    const path = b.path(name);
    writeFileSync(path, text);
    return path;
  };
  const csv = (...paths: string[]): Relation => ({
    kind: 'csv',
    files: paths.map((path) => ({ path, ds: null })),
  });

  it('files with LF and with CRLF, columns in any order, absent and further ones', async () => {
    const lf = write(
      'lf.csv',
      'id,v,s,ts\n1,1.5,"",2025-01-01T00:00:00Z\n2,,,2025-01-01 00:00:00.5+02:00\n',
    );
    const crlf = write(
      'crlf.csv',
      'extra,ts,"s",id,v\r\nx,2025-01-02,"q""x\r\ny",3,NaN\r\nx,,é😀,4,-0.0\r\n',
    );
    const bom = write('bom.csv', '\ufeffid,v,s,ts\n5,inf,last,2025-01-03');
    const rows = await scan({
      source,
      relation: csv(lf, crlf, bom),
      columns: ['id', 'v', 's', 'n'],
      withPosition: true,
    });
    expect(rows.map((r) => [r.__pos, r.id, r.v, r.s, r.__t, r.n])).toEqual([
      [0, 1, 1.5, '', Date.parse('2025-01-01T00:00:00Z'), null],
      [1, 2, null, null, Date.parse('2024-12-31T22:00:00.5Z'), null],
      [2, 3, null, 'q"x\r\ny', Date.parse('2025-01-02T00:00:00Z'), null],
      [3, 4, 0, 'é😀', null, null],
      [4, 5, Number.POSITIVE_INFINITY, 'last', Date.parse('2025-01-03T00:00:00Z'), null],
    ]);
    const pruned = await scan({
      source,
      relation: csv(lf, crlf, bom),
      columns: ['id'],
      timeRange: { startMs: Date.parse('2025-01-02T00:00:00Z') },
    });
    expect(pruned.map((r) => r.id)).toEqual([3, 5]);
  });

  it.each([
    [
      'a value that is no number',
      'id,v,s,ts\n1,1.5,a,2025-01-01\nx,2,b,2025-01-01\n',
      /line 3.*"x"/,
    ],
    [
      'an instant that is none',
      'id,v,s,ts\n1,1.5,a,2025-01-01\n2,2,b,lately\n',
      /"lately" in column ts/,
    ],
    [
      'a line with too many fields',
      'id,v,s,ts\n1,1.5,a,2025-01-01,7\n',
      /line 2.*Expected Number of Columns: 4 Found: 5/,
    ],
    ['LF and CRLF in one file', 'id,v,s,ts\n1,1.5,a,2025-01-01\r\n2,2,b,2025-01-01\n', /RFC 4180/],
    ['a repeated name', 'id,v,s,ts,ID\n1,1.5,a,2025-01-01,1\n', /`ID` twice/],
    ['nothing', '', /no CSV header/],
  ])('%s is an error that names the file', async (name, text, reason) => {
    const path = write(`bad-${name.replaceAll(' ', '-')}.csv`, text);
    const failing = (async () =>
      scan({ source, relation: csv(path), columns: ['id', 'v', 's', 'ts'] }))();
    await expect(failing).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      params: { path, reason: expect.stringMatching(reason) },
    });
  });
});

describe('predicates', () => {
  const source = sourceOf({
    id: 'int64',
    s: 'string',
    f: 'float',
    d: 'double',
    b: 'boolean',
    dt: 'date',
    ts: 'timestamp',
    tz: 'timestamptz',
  });
  const col = (column: string): Expression => ({ op: 'column', column });
  const lit = (literal: string | number | boolean | null): Expression => ({
    op: 'literal',
    literal,
  });
  const cases: [string, Expression, number[]][] = [
    ['=', { op: '=', left: col('s'), right: lit("it's") }, [1]],
    ['<> is not true for null', { op: '<>', left: col('s'), right: lit("it's") }, [2]],
    [
      'not of null is null',
      { op: 'not', arg: { op: '=', left: col('s'), right: lit("it's") } },
      [2],
    ],
    [
      'or with null',
      {
        op: 'or',
        args: [
          { op: '=', left: col('s'), right: lit('x') },
          { op: '>=', left: col('id'), right: lit(3) },
        ],
      },
      [3],
    ],
    [
      'and',
      {
        op: 'and',
        args: [
          { op: 'column', column: 'b' },
          { op: '<', left: col('id'), right: lit(3) },
        ],
      },
      [1],
    ],
    ['in', { op: 'in', operand: col('id'), values: [1, 3, 7].map(lit) }, [1, 3]],
    [
      'not in with null on the left',
      { op: 'not', arg: { op: 'in', operand: col('s'), values: [lit('b')] } },
      [1],
    ],
    ['is null', { op: 'is_null', operand: col('s') }, [3]],
    ['boolean column', { op: 'column', column: 'b' }, [1, 3]],
    ['a float meets a literal as a double', { op: '=', left: col('f'), right: lit(0.1) }, []],
    ['a double meets a literal as a double', { op: '=', left: col('d'), right: lit(0.1) }, [1]],
    ['big and tiny numbers', { op: '<', left: col('d'), right: lit(1e-300) }, [2]],
    ['date', { op: '>', left: col('dt'), right: lit('2025-01-01') }, [2]],
    [
      'timestamp with zone',
      { op: '<=', left: col('ts'), right: lit('2025-01-01T02:00:00+02:00') },
      [1],
    ],
    ['timestamptz as UTC', { op: '=', left: col('tz'), right: lit('2025-01-01') }, [1]],
    [
      'literal on the left',
      { op: '<', left: lit('2025-01-01T00:00:00.000001Z'), right: col('ts') },
      [2],
    ],
    ['verbatim SQL, also with a comment', { op: 'sql', sql: 'id % 2 = 1 -- odd' }, [1, 3]],
    [
      'or of SQL stays inside its parentheses',
      {
        op: 'and',
        args: [
          { op: 'sql', sql: 'TRUE OR TRUE' },
          { op: '=', left: col('id'), right: lit(2) },
        ],
      },
      [2],
    ],
  ];
  it.each(cases)('%s', async (_, where, ids) => {
    const file = await parquet(`SELECT * FROM (VALUES
      (1, 'it''s', 0.1::FLOAT, 0.1::DOUBLE, TRUE, DATE '2025-01-01', TIMESTAMP '2025-01-01', TIMESTAMPTZ '2025-01-01 00:00:00+00'),
      (2, 'b', 2, -1, FALSE, DATE '2025-01-02', TIMESTAMP '2025-01-01 00:00:00.000002', TIMESTAMPTZ '2025-01-01 00:00:00+01'),
      (3, NULL, NULL, NULL, TRUE, NULL, NULL, NULL)) v(id, s, f, d, b, dt, ts, tz)`);
    const rows = await scan({
      source: { ...source, where },
      relation: files(file),
      columns: ['id'],
    });
    expect(rows.map((r) => r.id)).toEqual(ids);
  });

  it.each([
    'amount / 2 > 1',
    "name LIKE 'a%'",
    'upper(name) IS NULL',
    'id IN (1, amount)',
    'b = (id = 1)',
    'CASE WHEN b THEN b END',
    "day = DATE '2025-01-01'",
  ])('what is more than a condition over columns and values is refused: %s', (where) => {
    const tree = parseCondition(`NOT (b OR ${where})`);
    const refused = expect.objectContaining({
      code: 'EXPRESSION_UNSUPPORTED',
      params: { text: formatExpression(parseCondition(where)) },
    });
    expect(() => predicateSql(tree)).toThrow(refused);
  });
});
