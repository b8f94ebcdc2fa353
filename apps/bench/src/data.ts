import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Sizes of one benchmark's data. */
export interface DataSpec {
  readonly name: string;
  readonly events: number;
  readonly leftRows: number;
  readonly keys: number;
  readonly days: number;
  readonly seed: number;
}

export const FIRST_DAY = '2025-01-01';
const DAY_MS = 86_400_000;

const day = (idx: number) =>
  new Date(Date.parse(FIRST_DAY) + idx * DAY_MS).toISOString().slice(0, 10);

/** A uniform number in [0, 1) from integers, by arithmetic alone, so that any DuckDB version makes the same data. */
const uniform = (i: string, salt: number) =>
  `((md5_number_lower(concat(${i}, ':', ${salt})) >> 11)::DOUBLE / 9007199254740992.0)`;

/**
 * Events and left rows as hive-partitioned Parquet, made once per spec: log-uniform (Zipf-like) string keys, amounts with
 * cents, times spread evenly over each day and in file order.
 */
export async function benchData(cache: string, spec: DataSpec): Promise<string> {
  const id = `${spec.name}-${spec.events}-${spec.leftRows}-${spec.keys}-${spec.days}-${spec.seed}`;
  const dir = join(cache, id);
  if (existsSync(join(dir, '_done'))) return dir;
  const tmp = `${dir}.tmp-${process.pid}`;
  rmSync(tmp, { recursive: true, force: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (let d = 0; d < spec.days; d++) {
    for (const [table, total, salt] of [
      ['events', spec.events, 1],
      ['left', spec.leftRows, 5],
    ] as const) {
      const first = Math.floor((total * d) / spec.days);
      const rows = Math.floor((total * (d + 1)) / spec.days) - first;
      const folder = join(tmp, table, `ds=${day(d)}`);
      mkdirSync(folder, { recursive: true });
      const key = `'u' || lpad(CAST(floor(${spec.keys} * pow(${uniform('i', spec.seed * 100 + salt)}, 2)) AS INTEGER)::VARCHAR, 7, '0')`;
      const at = `make_timestamp((${Date.parse(day(d))} + ((i - ${first}) * ${DAY_MS}) // ${Math.max(rows, 1)}) * 1000)`;
      const own =
        table === 'events'
          ? `, round(exp(3 + 1.2 * (${uniform('i', spec.seed * 100 + 2)} + ${uniform('i', spec.seed * 100 + 3)} + ${uniform('i', spec.seed * 100 + 4)} - 1.5) * 2), 2) AS amount`
          : '';
      await connection.run(
        `COPY (SELECT i AS row_id, ${key} AS user_id, ${at} AS ts${own} FROM range(${first}, ${first + rows}) r(i)) TO '${join(folder, 'part-0.parquet')}' (FORMAT parquet)`,
      );
    }
  }
  connection.closeSync();
  instance.closeSync();
  writeFileSync(join(tmp, '_done'), '');
  renameSync(tmp, dir);
  return dir;
}
