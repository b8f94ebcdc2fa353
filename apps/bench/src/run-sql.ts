// One query in a process of its own: `node run-sql.js <sql> <result file, '' = none> <threads>`.
import { DuckDBInstance } from './duckdb.js';
import { printPeak } from './peak.js';

const [sql = '', file = '', threads = '1'] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
await connection.run(
  file === '' ? sql : `COPY (${sql}) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`,
);
connection.closeSync();
instance.closeSync();
printPeak();
