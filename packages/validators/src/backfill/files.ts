import type { Rule } from '../rule.js';
import { told } from '../told.js';

const GROUP = `groupBy({ name: 'g', keys: ['id'], aggregations: [sum('n', { windows: ['7d'] })], source: events({
  name: 'e', path: 'e', columns: { id: 'string', n: 'int64', at: 'timestamp' }, time: 'at',
}) })`;
const ROW = `"SELECT 'a' AS id, 1::BIGINT AS n, TIMESTAMP '2025-01-01' AS at"`;
const lake = (files: string, definitions = GROUP) =>
  `({ definitions: ${definitions}, lake: ${files} })`;
const GOOD = lake(`{ 'e/ds=2025-01-01/a.parquet': ${ROW} }`);

/** Files of the lake against the declarations of sources. Examples write a lake: path → what DuckDB selects, or text. */
export const FILE_RULES: readonly Rule[] = [
  told({
    id: 'PATH_MISSING',
    layer: 'backfill',
    severity: 'error',
    summary: 'There is something at the path of a source.',
    hint: 'Relative paths start from the lake folder (`--lake`).',
    example: { fires: lake(`{ 'f/ds=2025-01-01/a.parquet': ${ROW} }`), passes: GOOD },
  }),
  told({
    id: 'NO_PARTITIONS',
    layer: 'backfill',
    severity: 'error',
    summary: 'A source has a file.',
    hint: 'Expected one file, a folder of files, or folders named ds=YYYY-MM-DD.',
    example: { fires: lake(`{ 'e/_SUCCESS': '' }`), passes: GOOD },
  }),
  told({
    id: 'BAD_PARTITION',
    layer: 'backfill',
    severity: 'error',
    summary: 'Beside folders named ds=YYYY-MM-DD there is nothing else.',
    hint: 'Move what is no partition; names that begin with `_` or `.` are not looked at.',
    example: {
      fires: lake(`{ 'e/ds=2025-01-01/a.parquet': ${ROW}, 'e/ds=yesterday/a.parquet': ${ROW} }`),
      passes: lake(`{ 'e/ds=2025-01-01/a.parquet': ${ROW}, 'e/_old/a.parquet': ${ROW} }`),
    },
  }),
  told({
    id: 'REMOTE_PATH',
    layer: 'backfill',
    severity: 'error',
    summary: 'Sources lie on a local disk.',
    hint: 'Copy or mount it first.',
    example: {
      fires: lake(
        `{ 'e/ds=2025-01-01/a.parquet': ${ROW} }`,
        GROUP.replace(`path: 'e'`, `path: 's3://bucket/e'`),
      ),
      passes: GOOD,
    },
  }),
  told({
    id: 'DS_WITHOUT_FOLDERS',
    layer: 'backfill',
    severity: 'error',
    summary: 'A column `ds` is declared only where folders are named ds=YYYY-MM-DD (S1.2).',
    hint: 'Leave `ds` out of `columns`: the days are then those of the time.',
    example: {
      fires: lake(
        `{ 'e/a.parquet': ${ROW} }`,
        GROUP.replace(`n: 'int64'`, `n: 'int64', ds: 'string'`),
      ),
      passes: lake(`{ 'e/a.parquet': ${ROW} }`),
    },
  }),
  told({
    id: 'FILE_UNREADABLE',
    layer: 'backfill',
    severity: 'error',
    summary: 'Every file of a source can be read.',
    hint: 'Write the file again, or move it away.',
    example: { fires: lake(`{ 'e/ds=2025-01-01/a.parquet': 'not Parquet at all' }`), passes: GOOD },
  }),
  told({
    id: 'SCHEMA_MISSING_COLUMN',
    layer: 'backfill',
    severity: 'error',
    summary: 'Declared columns are in the files: in all of them, unless they may be null.',
    hint: 'Correct the name, or declare the column without `!`.',
    example: {
      fires: lake(
        `{ 'e/ds=2025-01-01/a.parquet': "SELECT 'a' AS id, 1::BIGINT AS m, TIMESTAMP '2025-01-01' AS at" }`,
      ),
      passes: lake(
        `{ 'e/ds=2025-01-01/a.parquet': ${ROW}, 'e/ds=2025-01-02/a.parquet': "SELECT 'a' AS id, TIMESTAMP '2025-01-02' AS at" }`,
      ),
    },
  }),
  told({
    id: 'SCHEMA_TYPE',
    layer: 'backfill',
    severity: 'error',
    summary: 'Files have columns of the declared types, or of types that fit into them.',
    hint: "Change the type in the source's `columns`, or the file.",
    example: {
      fires: lake(
        `{ 'e/ds=2025-01-01/a.parquet': "SELECT 'a' AS id, 'one' AS n, TIMESTAMP '2025-01-01' AS at" }`,
      ),
      passes: lake(
        `{ 'e/ds=2025-01-01/a.parquet': "SELECT 'a' AS id, 1::INTEGER AS n, TIMESTAMP '2025-01-01' AS at" }`,
      ),
    },
  }),
  told({
    id: 'SCHEMA_DISAGREES',
    layer: 'backfill',
    severity: 'error',
    summary: 'Partitions of a source agree on the types of its columns.',
    hint: 'Write the partitions that differ again.',
    example: {
      fires: lake(
        `{ 'e/ds=2025-01-01/a.parquet': ${ROW}, 'e/ds=2025-01-02/a.parquet': "SELECT 'a' AS id, 'two' AS n, TIMESTAMP '2025-01-02' AS at" }`,
      ),
      passes: lake(
        `{ 'e/ds=2025-01-01/a.parquet': ${ROW}, 'e/ds=2025-01-02/a.parquet': "SELECT 'a' AS id, 2::SMALLINT AS n, TIMESTAMP '2025-01-02' AS at" }`,
      ),
    },
  }),
];
