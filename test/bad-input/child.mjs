// A process that may die of what it reads: makes training sets, or copies Parquet files as plain DuckDB reads them.
// Asked by messages `{ ask: 'train' | 'copy', … }`, one answer each.
import { createRequire } from 'node:module';
import { isTesseraError } from '@tessera/api';
import { trainSet } from '@tessera/engine';

const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api');

const text = (value) => `'${value.replaceAll("'", "''")}'`;

async function train({ join, options }) {
  try {
    const { path } = await trainSet(join, options);
    return { path };
  } catch (error) {
    if (!isTesseraError(error))
      return { error: { code: 'RAW', kind: 'internal', text: String(error?.stack) } };
    return { error: { code: error.code, kind: error.kind, text: error.message } };
  }
}

/** Every value of the columns named, as a file without statistics or filters in between. */
async function copy({ from, to, columns }) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const select = columns
      .map(({ name, type }) => `CAST("${name}" AS ${type}) AS "${name}"`)
      .join(', ');
    const found = await connection.runAndReadAll(
      `DESCRIBE FROM read_parquet(${text(from)}, hive_partitioning = false)`,
    );
    const present = new Set(found.getRowObjects().map((row) => row.column_name));
    const filled = columns
      .filter(({ name }) => !present.has(name))
      .map(({ name }) => `NULL AS "${name}"`);
    const rows = `SELECT ${['*', ...filled].join(', ')} FROM read_parquet(${text(from)}, hive_partitioning = false)`;
    await connection.run(`CREATE TABLE t AS ${rows}`);
    await connection.run(`COPY (SELECT ${select} FROM t) TO ${text(to)} (FORMAT parquet)`);
    return {};
  } catch (error) {
    return { error: { text: String(error.message) } };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

process.on('message', async (message) => {
  process.send(message.ask === 'train' ? await train(message) : await copy(message));
});
process.send({ ready: true });
