import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';

/**
 * DuckDB's binding, loaded as the CommonJS it is. Imported as a module, Node would first search each of its hundred files
 * for the names they export: 0.3 s of CPU in every process and every worker thread.
 */
const api: typeof Api = createRequire(import.meta.url)('@duckdb/node-api');

export const { DuckDBInstance, DuckDBTypeId } = api;
export type DuckDBInstance = Api.DuckDBInstance;
export type DuckDBTypeId = Api.DuckDBTypeId;
