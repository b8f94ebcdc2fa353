import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { benchData } from './data.js';
import { ourName, rangeJoinSql, scanSql, WINDOWS, windowSql } from './standard.js';

interface Timed {
  readonly seconds: number;
  readonly peakBytes: number;
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

/** A whole process, start to end, with the kernel's own peak. */
function timeProcess(script: string, args: readonly string[]): Promise<Timed> {
  return new Promise((done, failed) => {
    const start = performance.now();
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, UV_THREADPOOL_SIZE: String(availableParallelism() + 6) },
    });
    let output = '';
    child.stdout.on('data', (data) => {
      output += String(data);
    });
    child.on('error', failed);
    child.on('close', (code) => {
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) done({ seconds, peakBytes: Number(output.trim().split('\n').at(-1)) });
      else failed(new Error(`${script} ${args.join(' ')} ended with ${code}`));
    });
  });
}

async function assertEqual(ours: string, theirs: string, who: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const cells: string[] = [];
  for (const window of WINDOWS) {
    for (const fn of ['count', 'min', 'max'])
      cells.push(
        `count(*) FILTER (WHERE o.${ourName(fn, window)} IS DISTINCT FROM t."${fn}_${window}")`,
      );
    for (const fn of ['sum', 'avg']) {
      const [a, b] = [`o.${ourName(fn, window)}`, `t."${fn}_${window}"`];
      cells.push(
        `count(*) FILTER (WHERE (${a} IS NULL) <> (${b} IS NULL) OR abs(${a} - ${b}) > 1e-9 * greatest(1, abs(${b})))`,
      );
    }
  }
  const result = await connection.run(
    `SELECT count(*)::INTEGER AS n, (${cells.join(' + ')})::INTEGER AS bad FROM read_parquet('${ours}/*/*.parquet', hive_partitioning = false) o FULL JOIN read_parquet('${theirs}') t USING (row_id)`,
  );
  const [row] = await result.getRowObjects();
  connection.closeSync();
  instance.closeSync();
  if (Number(row?.bad) !== 0)
    throw new Error(`${who}: ${row?.bad} of ${Number(row?.n) * 15} cells differ`);
  return Number(row?.n);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      scale: { type: 'string', default: '1' },
      runs: { type: 'string', default: '3' },
      cache: { type: 'string' },
      json: { type: 'boolean', default: false },
      keys: { type: 'string' },
      'skip-window': { type: 'boolean', default: false },
    },
  });
  const name = positionals[0] ?? 'standard';
  if (name !== 'standard' && name !== 'hot')
    throw new Error(`no benchmark ${name}; there are: standard, hot`);
  const scale = Number(values.scale);
  const runs = Number(values.runs);
  const cache = resolve(
    values.cache ?? join(fileURLToPath(new URL('../../../.cache/bench', import.meta.url))),
  );
  mkdirSync(cache, { recursive: true });
  const spec = {
    name,
    events: Math.round(20_000_000 * scale),
    leftRows: Math.round(1_000_000 * scale),
    keys: name === 'hot' ? 1_000 : Math.max(10, Math.round(100_000 * Math.min(1, scale * 10))),
    days: 90,
    seed: 42,
  };
  const dir = await benchData(cache, spec);
  const work = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  try {
    const oursScript = fileURLToPath(new URL('./run-ours.js', import.meta.url));
    const sqlScript = fileURLToPath(new URL('./run-sql.js', import.meta.url));
    const out = join(work, 'out');
    const published = join(out, 'train-sets', 'standard');
    const range: Timed[] = [];
    const ours: Timed[] = [];
    const scan: Timed[] = [];
    const sql = { range: rangeJoinSql(dir), window: windowSql(dir), scan: scanSql(dir) };
    const file = (who: string) => join(work, `${who}.parquet`);
    for (let run = 0; run < runs; run++) {
      rmSync(out, { recursive: true, force: true });
      ours.push(await timeProcess(oursScript, [dir, out]));
      range.push(await timeProcess(sqlScript, [sql.range, file('range')]));
      scan.push(await timeProcess(sqlScript, [sql.scan, '']));
      if (run === 0) await assertEqual(published, file('range'), 'range join');
    }
    const window = values['skip-window']
      ? null
      : await timeProcess(sqlScript, [sql.window, file('window')]);
    if (window) await assertEqual(published, file('window'), 'window functions');
    const line = {
      benchmark: name,
      scale,
      events: spec.events,
      leftRows: spec.leftRows,
      runs,
      ours_s: median(ours.map((t) => t.seconds)),
      ours_spread_s: ours.map((t) => Number(t.seconds.toFixed(2))),
      ours_peak_mb: Math.round(Math.max(...ours.map((t) => t.peakBytes)) / 1e6),
      duckdb_range_s: median(range.map((t) => t.seconds)),
      duckdb_range_spread_s: range.map((t) => Number(t.seconds.toFixed(2))),
      duckdb_range_peak_mb: Math.round(Math.max(...range.map((t) => t.peakBytes)) / 1e6),
      duckdb_window_s: window?.seconds ?? null,
      scan_s: median(scan.map((t) => t.seconds)),
      ratio_duckdb:
        Math.min(median(range.map((t) => t.seconds)), window?.seconds ?? Number.POSITIVE_INFINITY) /
        median(ours.map((t) => t.seconds)),
      node: process.version,
      input_bytes: existsSync(dir) ? statSync(dir).size : 0,
    };
    if (!values.json) {
      console.log(
        `${name}: ${spec.events.toLocaleString('en')} events, ${spec.leftRows.toLocaleString('en')} left rows, 15 features, output written; results agree`,
      );
      console.log(
        `  tessera             ${line.ours_s.toFixed(2)} s   ${line.ours_spread_s.join(' ')}   peak ${line.ours_peak_mb} MB`,
      );
      console.log(
        `  DuckDB range join   ${line.duckdb_range_s.toFixed(2)} s   ${line.duckdb_range_spread_s.join(' ')}   peak ${line.duckdb_range_peak_mb} MB`,
      );
      if (window) console.log(`  DuckDB windows      ${window.seconds.toFixed(2)} s   (once)`);
      console.log(`  bare scan           ${line.scan_s.toFixed(2)} s`);
      console.log(`  against the better DuckDB form: ${line.ratio_duckdb.toFixed(1)}×`);
    }
    console.log(JSON.stringify(line));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
