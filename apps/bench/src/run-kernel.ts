// The sweep alone, in this process and on one thread: `node run-kernel.js <data> <result file> <runs>`.
// Its columns are written after it was timed, to be compared.
import { sweep } from '@tessera/pitjoin';
import { readTable } from './baselines/duckdb-sql.js';
import { standardCase } from './cases/standard.js';
import { DuckDBInstance } from './duckdb.js';
import { type OneKey, sweepInput, timeSweep } from './kernel.js';
import { printPeak } from './peak.js';
import { printTold } from './told.js';

const [data = '', result = '', runs = '1'] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

/** Columns of a query, as doubles. */
async function doubles(sql: string): Promise<Float64Array[]> {
  const read = await connection.runAndReadAll(sql);
  return read.getColumns().map((column) => Float64Array.from(column, Number));
}

const at = 'epoch_ms(ts)::DOUBLE';
const [eventMs, amounts] = await doubles(
  `SELECT ${at}, amount FROM ${readTable(data, 'events')} ORDER BY row_id`,
);
const [queryMs, rowIds] = await doubles(
  `SELECT ${at}, row_id::DOUBLE FROM ${readTable(data, 'left')} ORDER BY row_id`,
);
const one: OneKey = { eventMs: eventMs!, amounts: amounts!, queryMs: queryMs! };

const { features } = standardCase;
const input = sweepInput(one, features, 'exact');
// It takes milliseconds, and V8 compiles it in the first few.
const often = 10 * Number(runs);
const all = timeSweep(input, often);
// What the public figure is of: one operation over three windows, whose tails lie on a grid.
const averages = (['1h', '1d', '30d'] as const).map((window) => ({
  ...{ name: window, operation: 'average' as const, window },
}));
const average = timeSweep(sweepInput(one, averages, 'sawtooth'), often);
printTold({
  kernel_ms: all.medianMs,
  kernel_min_ms: all.leastMs,
  kernel_first_ms: all.firstMs,
  kernel_average_ms: average.medianMs,
  kernel_average_first_ms: average.firstMs,
});

const { columns } = sweep(input);
const names = features.map(({ name }) => name);
await connection.run(
  `CREATE TABLE result (row_id BIGINT, ${features
    .map(({ name, operation }) => `${name} ${operation === 'count' ? 'BIGINT' : 'DOUBLE'}`)
    .join(', ')})`,
);
const appender = await connection.createAppender('result');
for (const [row, id] of rowIds!.entries()) {
  appender.appendBigInt(BigInt(id));
  for (const [i, name] of names.entries()) {
    const column = columns[name]!;
    if (column.kind !== 'f64') throw new Error(`${name} is ${column.kind}`);
    const value = column.values[row]!;
    if (Number.isNaN(value)) appender.appendNull();
    else if (features[i]!.operation === 'count') appender.appendBigInt(BigInt(value));
    else appender.appendDouble(value);
  }
  appender.endRow();
}
appender.closeSync();
await connection.run(`COPY result TO '${result.replaceAll("'", "''")}' (FORMAT parquet)`);
connection.closeSync();
instance.closeSync();
printPeak();
