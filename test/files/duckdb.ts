import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';

/** As CommonJS: imported as a module it costs every test process 0.3 s more. */
const api: typeof Api = createRequire(import.meta.url)('@duckdb/node-api');

export const { DuckDBInstance } = api;
