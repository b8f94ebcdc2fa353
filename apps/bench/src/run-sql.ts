// One SQL statement in a process of its own: `node run-sql.js <sql> <output file or ''>`; prints its peak memory.
import { DuckDBInstance } from '@duckdb/node-api';

const [sql = '', file = ''] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(file === '' ? sql : `COPY (${sql}) TO '${file}' (FORMAT parquet)`);
connection.closeSync();
instance.closeSync();
console.log(process.resourceUsage().maxRSS * 1024);
