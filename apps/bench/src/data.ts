import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from './duckdb.js';

/** What one set of generated events and left rows holds. Equal specs give equal files. */
export interface DataSpec {
  readonly events: number;
  readonly leftRows: number;
  /** Distinct keys; the n-th is drawn with a density of 1/√n, so the first few are busy. */
  readonly keys: number;
  /** Share of the events and of the left rows that one further key holds; 0 = there is none. */
  readonly hotShare: number;
  readonly days: number;
  /** Only the last days have left rows; absent = all. */
  readonly leftDays?: number;
  readonly seed: number;
  /** Which columns there are; absent = text keys and amounts as doubles. */
  readonly columns?: Columns;
}

/**
 * `typed`: integer keys, decimal amounts. `wide`: also quantities and channels. `strings`: merchants instead of amounts.
 * `lookups`: tables of their own instead of `events`, each with as many rows.
 */
export type Columns = 'typed' | 'wide' | 'strings' | 'lookups';

/** Tables of as-of lookups. */
export const LOOKUPS = ['prices', 'scores', 'limits'] as const;

/** Tables with events; the left rows are in `left`. */
export const eventTables = ({ columns }: Pick<DataSpec, 'columns'>): readonly string[] =>
  columns === 'lookups' ? LOOKUPS : ['events'];

export interface BenchData {
  readonly spec: DataSpec;
  readonly id: string;
  /** Folder that holds the tables of events and `left`, each `ds=YYYY-MM-DD/part-0.parquet`. */
  readonly dir: string;
  readonly bytes: number;
  readonly files: number;
}

/** Raised whenever a spec gives other rows than before. */
const VERSION = 2;
const FIRST_MS = Date.parse('2025-01-01');
const DAY_MS = 86_400_000;

/** The label of a day of the data, the first being 0. */
export const dayText = (idx: number) =>
  new Date(FIRST_MS + idx * DAY_MS).toISOString().slice(0, 10);

/** The other way round. */
export const dayNumber = (day: string) => Math.round((Date.parse(day) - FIRST_MS) / DAY_MS);

/** The one key that holds `hotShare` of the rows; null = there is none. */
export function hotKey({ hotShare, keys }: DataSpec): string | null {
  return hotShare === 0 ? null : keyText(keys);
}

const KEY_DIGITS = 7;
const keyText = (key: number) => `u${String(key).padStart(KEY_DIGITS, '0')}`;

/** Name of a spec's data, also in what is kept of slow baselines. */
export function dataId(spec: DataSpec): string {
  const hot = spec.hotShare === 0 ? '' : `-hot${Math.round(spec.hotShare * 100)}`;
  const left = spec.leftDays === undefined ? '' : `-l${spec.leftDays}`;
  const columns = spec.columns === undefined ? '' : `-${spec.columns}`;
  return `v${VERSION}-${spec.events}-${spec.leftRows}-k${spec.keys}${hot}-d${spec.days}${left}-s${spec.seed}${columns}`;
}

export interface DataPlace {
  /** Folder of all generated data; this spec's is made inside it, once. */
  readonly cache: string;
  readonly threads: number;
  readonly onDay?: (done: number, total: number) => void;
}

/**
 * Events and left rows as hive-partitioned Parquet, made once per spec, one day at a time.
 *
 * Returns  where they are, with their size on disk.
 * Cost     about 2 µs an event and core; memory of one row group a thread, however many rows there are.
 */
export async function benchData(spec: DataSpec, place: DataPlace): Promise<BenchData> {
  const id = dataId(spec);
  const dir = join(place.cache, id);
  if (!existsSync(join(dir, '_done'))) await makeData(spec, dir, place);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.parquet'),
  );
  const bytes = files.reduce(
    (total, entry) => total + statSync(join(entry.parentPath, entry.name)).size,
    0,
  );
  return { spec, id, dir, bytes, files: files.length };
}

async function makeData(spec: DataSpec, dir: string, place: DataPlace): Promise<void> {
  const staging = `${dir}.tmp-${process.pid}`;
  rmSync(staging, { recursive: true, force: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(place.threads),
    memory_limit: '1GB',
  });
  const connection = await instance.connect();
  try {
    for (let day = 0; day < spec.days; day++) {
      for (const table of [...eventTables(spec), 'left']) {
        const folder = join(staging, table, `ds=${dayText(day)}`);
        mkdirSync(folder, { recursive: true });
        const file = join(folder, 'part-0.parquet').replaceAll("'", "''");
        await connection.run(`COPY (${daySql(spec, table, day)}) TO '${file}' (FORMAT parquet)`);
      }
      place.onDay?.(day + 1, spec.days);
    }
    writeFileSync(join(staging, '_done'), '');
    renameSync(staging, dir);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * One day of a table, rows in time order and evenly spread. All is integer arithmetic on md5 of the row's number, so any
 * version of DuckDB makes the same values:
 *
 *   low 53 bits   u in [0, 1): the key is ⌊keys · u²⌋
 *   high 64 bits  [hot 16][a 16][b 16][c 16]: amounts in cents are a·b, up to 16-fold by c², plus 50
 */
function daySql(spec: DataSpec, table: string, day: number): string {
  const isLeft = table === 'left';
  const { first, rows } = rowsOfDay(spec, isLeft ? 'left' : 'events', day);
  const text = `concat(i, ':${table}:${spec.seed}')`;
  const bits = (shift: number) => `((high >> ${shift}) & 65535)`;
  const hotBelow = Math.round(spec.hotShare * 65_536);
  const key = `CASE WHEN ${bits(48)} < ${hotBelow} THEN ${spec.keys} ELSE floor(${spec.keys} * u * u)::BIGINT END`;
  const at = `make_timestamp((${FIRST_MS + day * DAY_MS} + ((i - ${first}) * ${DAY_MS}) // ${Math.max(rows, 1)}) * 1000)`;
  const cents = `50 + ((${bits(32)} * ${bits(16)}) >> 16) * (1 + ((${bits(0)} * ${bits(0)}) >> 28))`;
  const values = isLeft ? '' : `, ${valueTexts(spec, cents, bits).join(', ')}`;
  return `SELECT i AS row_id, ${keySql(spec, key)} AS user_id, ${at} AS ts${values}
    FROM (SELECT i, md5_number_upper(${text}) AS high,
                 (md5_number_lower(${text}) >> 11)::DOUBLE / 9007199254740992.0 AS u
          FROM range(${first}, ${first + rows}) r(i))`;
}

const keySql = ({ columns }: DataSpec, key: string) =>
  columns === 'typed' ? `(${key})::BIGINT` : `'u' || lpad((${key})::VARCHAR, ${KEY_DIGITS}, '0')`;

/** SQL of what an event holds besides key and time. */
function valueTexts(
  { columns }: DataSpec,
  cents: string,
  bits: (shift: number) => string,
): string[] {
  const amount = `(${cents})::BIGINT / 100.0::DOUBLE AS amount`;
  switch (columns) {
    case 'typed':
      return [`((${cents})::DECIMAL(18,0) * 0.01::DECIMAL(3,2))::DECIMAL(18,2) AS amount`];
    case 'wide':
      return [
        amount,
        `(1 + ${bits(16)} % 9)::INTEGER AS quantity`,
        `'channel ' || (${bits(0)} % 12)::VARCHAR AS channel`,
      ];
    case 'strings':
      // A few thousand merchants, the first of them far more often.
      return [
        `'merchant ' || lpad((((${bits(32)} * ${bits(16)}) >> 16) // 16)::VARCHAR, 5, '0') AS merchant`,
      ];
    default:
      return [amount];
  }
}

/** A day's share of a table's rows: the number of the first, and how many. */
export function rowsOfDay(
  spec: DataSpec,
  table: 'events' | 'left',
  day: number,
): { readonly first: number; readonly rows: number } {
  const total = table === 'left' ? spec.leftRows : spec.events;
  const days = table === 'left' ? (spec.leftDays ?? spec.days) : spec.days;
  const before = (at: number) => Math.floor((total * Math.max(0, at + days - spec.days)) / days);
  const first = before(day);
  return { first, rows: before(day + 1) - first };
}
