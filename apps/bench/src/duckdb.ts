import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';

/** As CommonJS, as Tessera loads it: imported as a module it would cost a baseline's process 0.3 s more. */
const api: typeof Api = createRequire(import.meta.url)('@duckdb/node-api');

export const { DuckDBInstance, version } = api;
