/** The one place where DuckDB's binding is loaded. It is bundled: as a hundred files of its own it takes 0.1 s of each thread. */
export { DuckDBInstance, DuckDBTypeId } from '@duckdb/node-api';
