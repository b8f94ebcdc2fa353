import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import { type DataType, parseType, type SourceSpec } from '@tessera/api';
import { afterAll, beforeAll } from 'vitest';
import { openDuckDb, quoteLiteral, readRows, type Session } from '../src/index.js';

export interface Bench {
  readonly session: Session;
  readonly folder: string;
  path(...parts: string[]): string;
  sql(text: string): Promise<Record<string, DuckDBValue>[]>;
  /** Write a query's rows to a Parquet file below the folder. */
  parquet(name: string, query: string, options?: string): Promise<string>;
}

/** A session and an empty folder for the tests of one file. */
export function bench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-lake-'));
  let session: Session | null = null;
  beforeAll(async () => {
    session = await openDuckDb({ threads: 1, memoryBytes: 512e6 });
  });
  afterAll(() => {
    session?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const self: Bench = {
    folder,
    get session() {
      if (session === null) throw new Error('not open yet');
      return session;
    },
    path: (...parts) => join(folder, ...parts),
    sql: (text) => readRows(self.session, text),
    async parquet(name, query, options = '') {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      await self.sql(
        `COPY (${query}) TO ${quoteLiteral(file)} (FORMAT parquet${options === '' ? '' : `, ${options}`})`,
      );
      return file;
    },
  };
  return self;
}

/** A source from column texts: `'int64'`, `'string!'`. */
export function sourceOf(
  columns: Record<string, string>,
  rest: Partial<SourceSpec> = {},
): SourceSpec {
  return {
    kind: 'events',
    name: 'src',
    path: 'src',
    format: 'parquet',
    columns: Object.entries(columns).map(([name, text]) => ({
      name,
      type: parseType(text.replace(/!$/, '')) as DataType,
      nullable: !text.endsWith('!'),
    })),
    ...rest,
  };
}
