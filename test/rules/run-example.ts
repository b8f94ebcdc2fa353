import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as api from '@tessera/api';
import { expressionProblems, lookAtSources, typeOpinions } from '@tessera/engine';
import {
  EXAMPLE_PRELUDE,
  type Finding,
  type Limits,
  type ProjectFacts,
  type SourceFacts,
  validate,
} from '@tessera/validators';

type Definition = api.JoinSpec | api.GroupBySpec | api.SourceSpec;

/** What the text of an example may give. */
interface Given {
  readonly definitions?: Definition | readonly Definition[];
  readonly facts?: readonly { readonly source: api.SourceSpec; readonly facts: SourceFacts }[];
  readonly runs?: Readonly<Record<string, { rows: number; bytes: number; peakBytes: number }>>;
  readonly range?: { readonly start?: string; readonly end?: string };
  readonly limits?: Partial<Limits>;
  /** Path in the lake → what DuckDB selects into it, or the text of the file. */
  readonly lake?: Readonly<Record<string, string>>;
  /** The type that DuckDB is made to find, whatever the expression. */
  readonly duckDbSays?: string;
  /** Files of a project. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A definition file, for examples that are about files. */
const EXAMPLE_FILE = `import { count, events, groupBy } from '@tessera/api';
const source = events({ name: 'e', path: 'e', columns: { id: 'string', at: 'timestamp' }, time: 'at' });
export const g = groupBy({ name: 'g', source, keys: ['id'], aggregations: [count()] });
`;

/** `facts({ source, first, days, rowsPerDay, without, distinct })` of examples. */
function facts(given: {
  readonly source: api.SourceSpec;
  readonly first?: string;
  readonly days?: number;
  readonly rowsPerDay?: number;
  readonly without?: readonly string[];
  readonly distinct?: Readonly<Record<string, number>>;
}) {
  const {
    source,
    first = '2025-01-01',
    days = 30,
    rowsPerDay = 100,
    without = [],
    distinct,
  } = given;
  const day = api.parseDay(first) ?? 0;
  const all = Array.from({ length: days }, (_, at) => api.formatDay(day + at));
  const there = all.filter((ds) => !without.includes(ds));
  const rows = there.length * rowsPerDay;
  const own: SourceFacts = { days: there, hive: true, rows, bytes: rows * 50 };
  return { source, facts: distinct === undefined ? own : { ...own, distinct } };
}

/** The text's value over everything of the API, the prelude, and what examples may call. */
function evaluate(text: string): Given {
  const scope = { ...api, facts, EXAMPLE_FILE };
  const make = new Function(...Object.keys(scope), `${EXAMPLE_PRELUDE}\nreturn (${text});`) as (
    ...values: unknown[]
  ) => unknown;
  const value = make(...Object.values(scope));
  const isGiven =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !('kind' in value);
  // What examples return is what this file says they may.
  return isGiven ? (value as Given) : { definitions: value as Definition | Definition[] };
}

function asList<T>(one: T | readonly T[] | undefined): readonly T[] {
  if (one === undefined) return [];
  return Array.isArray(one) ? (one as readonly T[]) : [one as T];
}

/** What validating an example finds. `ofFiles` validates files of a project. */
export async function findingsOf(
  text: string,
  ofFiles: (files: Readonly<Record<string, string>>) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let given: Given;
  try {
    given = evaluate(text);
  } catch (error) {
    if (!api.isTesseraError(error)) throw error;
    return validate({ joins: [], groupBys: [], told: error.problems });
  }
  if (given.files !== undefined) return ofFiles(given.files);
  const definitions = asList(given.definitions);
  const runnable = definitions.filter((one) => one.kind === 'join' || one.kind === 'groupBy');
  const looked = given.lake === undefined ? null : await lookAt(runnable, given.lake);
  const { duckDbSays } = given;
  const opinions = await typeOpinions(runnable, {
    ...(duckDbSays !== undefined && {
      describe: async (_, sql: readonly string[]) => sql.map(() => duckDbSays),
    }),
  });
  const told = [...expressionProblems(runnable), ...opinions, ...(looked?.problems ?? [])];
  const sources = new Map(
    (given.facts ?? []).map((one) => [api.definitionHash(one.source), one.facts]),
  );
  const known: ProjectFacts | null =
    looked ??
    (given.facts === undefined
      ? null
      : { sources, runs: new Map(Object.entries(given.runs ?? {})) });
  return validate({
    joins: runnable.filter((one) => one.kind === 'join'),
    groupBys: runnable.filter((one) => one.kind === 'groupBy'),
    told,
    facts: known,
    ...(given.range && { range: given.range }),
    ...(given.limits && { limits: given.limits }),
  });
}

async function lookAt(
  definitions: readonly (api.JoinSpec | api.GroupBySpec)[],
  files: Readonly<Record<string, string>>,
) {
  const lake = mkdtempSync(join(tmpdir(), 'tessera-rules-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(lake, name);
      mkdirSync(dirname(path), { recursive: true });
      if (content.startsWith('SELECT'))
        await connection.run(`COPY (${content}) TO '${path}' (FORMAT parquet)`);
      else writeFileSync(path, content);
    }
    return await lookAtSources(definitions, { lake });
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(lake, { recursive: true, force: true });
  }
}
