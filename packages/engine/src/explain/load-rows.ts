import {
  dayOf,
  definitionHash,
  expressionColumns,
  formatDay,
  type JoinSpec,
  type SourceSpec,
} from '@tessera/api';
import { quoteIdent, readRows, relationOf, run, type Session } from '@tessera/lake';
import type { InputFile, LakeFacts, LeftPartitionFacts } from '@tessera/planner';
import { sourceSql } from '../expressions/expression-sql.js';
import { tableFile } from '../in-memory/table-file.js';
import { type Known, know, plannerFile, plannerPath } from '../known-source.js';
import { dataEndMs } from '../left-partitions.js';
import { askedJoin } from './asked-join.js';
import { askedTable } from './asked-table.js';
import type { RowsRead } from './explanation.js';
import type { Request } from './request.js';

export interface LoadedRows {
  /** Table of the key's rows: wanted columns, `ds`, `__t`, `__file` (position in `read.files`) and `__file_row`. */
  readonly table: string;
  readonly read: RowsRead;
  /** Rows left out before the table: repeats, and those that the source's own `where` drops. */
  readonly repeats: number;
  readonly sourceWhere: number;
  /** Labels of the source's partitions. */
  readonly presentDays: ReadonlySet<string | null>;
  /** The source without what was done already: filters, repeats, computed columns. */
  readonly source: SourceSpec;
  /** False for an instant that no row can have (S1.3). */
  readonly isLegal: boolean;
  /** Of a label: the instant that ends its data (S2.7). */
  readonly endMs: number | null;
}

const YEAR_2201_MS = Date.UTC(2201, 0, 1);
const YEAR_1_MS = Date.parse('0001-01-01T00:00:00Z');

/** S1.3. */
function isLegalTime({ join, askedMs }: Request): boolean {
  return askedMs >= (join.left.allowPre1970 ? YEAR_1_MS : 0) && askedMs < YEAR_2201_MS;
}

/** The left row, as the one partition that the planner sees. */
export function leftFacts(request: Request): LeftPartitionFacts {
  const { askedMs } = request;
  const legal = isLegalTime(request);
  return {
    ds: legal ? formatDay(dayOf(askedMs)) : '__none__',
    fileIdx: [0],
    rows: 1,
    minQueryMs: legal ? askedMs : null,
    maxQueryMs: legal ? askedMs : null,
    ...(!legal && { timeless: true }),
  };
}

/** The source with its files, and what the planner is told of it and of the left row. */
export interface AskedSource {
  readonly known: Known;
  readonly join: JoinSpec;
  readonly facts: LakeFacts;
  readonly lake: string;
  /** Conditions that hold for rows of the key. */
  readonly conditions: readonly string[];
  /** Of a label: the instant that ends its data. */
  readonly endMs: number | null;
}

/**
 * Look at the source, and make the left row.
 *
 * @param recorded files that tiles were made of: to tell whether they are the same still
 */
export async function askedSource(
  session: Session,
  request: Request,
  lake: string,
  recorded: readonly InputFile[],
): Promise<AskedSource> {
  const { source } = request.part.groupBy;
  const records = new Map<string, InputFile[]>();
  for (const file of recorded) records.set(file.path, [...(records.get(file.path) ?? []), file]);
  const known = await know(session, source, lake, [], {
    recorded: (path) => records.get(plannerPath(path, lake)) ?? [],
  });
  const { join, time } = askedJoin(request);
  const conditions = await askedTable(session, request.keys, { name: time, ms: request.askedMs });
  const { ahead } = request.part;
  const endMs = ahead === undefined ? null : (ahead.asOfMs ?? (await dataEndMs(session, known)));
  const facts: LakeFacts = {
    sources: {
      [definitionHash(join.left)]: { hive: false, files: [tableFile(1)] },
      [definitionHash(known.source)]: {
        hive: known.listing.layout === 'hive',
        files: known.files.map((file) => plannerFile(file, lake)),
        ...(ahead && { endMs }),
      },
    },
    left: [leftFacts(request)],
    published: null,
  };
  return { known, join, facts, lake, conditions, endMs };
}

/**
 * Read the key's rows out of files, into a table of this name. Repeats and the source's own `where` are done here, as they
 * are in every scan.
 */
export async function loadRows(
  session: Session,
  request: Request,
  asked: AskedSource,
  fileIdx: readonly number[],
  table: string,
): Promise<LoadedRows> {
  const { known, lake, conditions } = asked;
  const { source } = request.part.groupBy;
  const files = fileIdx.map((idx) => known.files[idx]!);
  const relation = relationOf(source, files);
  const columns = wantedColumns(request);
  const { where: _, eventId: __, dedupe: ___, ...plain } = source;
  const key = conditions.length === 0 ? 'TRUE' : conditions.join(' AND ');
  const rowsOf = (of: SourceSpec) =>
    `FROM (${sourceSql({ source: of, relation, columns, withOrigin: true })}) WHERE ${key}`;
  const label = columns.includes('ds') ? '' : '__ds AS ds, ';
  const names = columns.map((name) => `${quoteIdent(name)}, `).join('');
  await run(
    session,
    `CREATE TEMP TABLE ${table} AS SELECT ${names}${label}__ds, __t, __file, __file_row ${rowsOf(source)}`,
  );
  const countOf = async (from: string) =>
    Number((await readRows(session, `SELECT count(*) AS n ${from}`))[0]?.n ?? 0);
  const count = (of: SourceSpec) => countOf(rowsOf(of));
  const rows = await countOf(`FROM ${table}`);
  const { where: ____, ...unfiltered } = source;
  const passed = source.where === undefined ? rows : await count(unfiltered);
  const isDeduplicated = source.eventId !== undefined || source.dedupe !== undefined;
  const rowsOfKey = isDeduplicated ? await count(plain) : passed;
  return {
    table,
    read: {
      files: files.map(({ path }) => plannerPath(path, lake)),
      totalFiles: known.files.length,
      rows: files.reduce((sum, file) => sum + file.rows, 0),
      rowsOfKey,
    },
    repeats: rowsOfKey - passed,
    sourceWhere: passed - rows,
    presentDays: new Set(known.listing.partitions.map(({ ds }) => ds)),
    source: { ...plain, columns: source.columns.map(({ expression: _____, ...own }) => own) },
    isLegal: isLegalTime(request),
    endMs: asked.endMs,
  };
}

/** Columns that decide the value, or that are shown beside it. */
function wantedColumns({ part, column }: Request): string[] {
  const { source } = part.groupBy;
  const aggregation = part.groupBy.aggregations[column.aggregationIdx];
  const filtered = aggregation?.where ? expressionColumns(aggregation.where) : [];
  // Verbatim SQL may name any column.
  if (filtered === null) return source.columns.map(({ name }) => name);
  const names = new Set(filtered);
  for (const name of [
    ...part.keys.map(({ right }) => right),
    source.time,
    source.tieBreaker,
    column.input,
    aggregation?.weight,
    aggregation?.by,
  ])
    if (name !== undefined) names.add(name);
  return source.columns.flatMap(({ name }) => (names.has(name) ? [name] : []));
}
