import {
  type ColumnSpec,
  type DataType,
  dayOf,
  definitionHash,
  formatDay,
  type GroupBySpec,
  groupByColumns,
  type JoinSpec,
  type OutputColumn,
  outputColumns,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { createTableFromBatch, quoteIdent, readColumns, readStrings } from '@tessera/lake';
import {
  daysBetween,
  type LakeFacts,
  type LeftPartitionFacts,
  planBackfill,
  planJoin,
  type SourceFacts,
} from '@tessera/planner';
import { inlineExecutor } from './executor.js';
import { leftDays } from './left-days.js';
import { raiseProblem } from './problems.js';
import { missingPolicy, runStages, type StageOutcome } from './stages.js';
import { type FeatureColumn, featureColumns } from './tasks/assemble.js';
import type { TaskContext } from './tasks/context.js';
import { leftSql } from './tasks/task-sql.js';
import { numbers } from './tasks/typed.js';
import { type IntegerForm, type Value, valueAt } from './values/from-column.js';
import { columnFromValues, type InputValue } from './values/to-column.js';

/** Rows of one source, `ds` beside its declared columns; a column not given is null. */
export type InputRow = Readonly<Record<string, InputValue>>;
/** By source name, or by the last segment of a dotted name. */
export type InputTables = Readonly<Record<string, readonly InputRow[]>>;
export type FeatureRowValues = Record<string, Value>;

export interface InMemoryOptions {
  readonly buckets?: number;
  readonly strict?: boolean;
  /** Default `empty`: a snapshot day that is not given is empty. `part`: what the part's `missing` says, as over files. */
  readonly missingDays?: 'empty' | 'part';
}

type Inline = Awaited<ReturnType<typeof inlineExecutor>>;

let opened: Promise<Inline> | null = null;
let tableCount = 0;
/** One DuckDB serves all in-memory runs of a process; runs take turns, because tables have fixed names. */
let turn: Promise<unknown> = Promise.resolve();

function executor(): Promise<Inline> {
  opened ??= inlineExecutor({ workers: 1, dir: null });
  return opened;
}

async function inTurn<T>(work: (inline: Inline) => Promise<T>): Promise<T> {
  const before = turn;
  const mine = (async () => {
    await before.catch(() => undefined);
    return work(await executor());
  })();
  turn = mine.catch(() => undefined);
  return mine;
}

/** A source's rows as a table of the session, and as columns for the rows that come out. */
interface LoadedSource {
  readonly table: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, { spec: ColumnSpec; column: Column }>;
  readonly strings: readonly string[];
  readonly ds: readonly (string | null)[];
}

/**
 * Number of a given row. The name sorts behind every other, so that the row which stays of repeated ones (S1.5, S3.3: by
 * its columns in the order of their names) is the one that stays without this column.
 */
const ROW: ColumnSpec = { name: '\u{10ffff}row', type: { kind: 'int32' }, nullable: false };

function givenRows(source: SourceSpec, tables: InputTables): readonly InputRow[] {
  const exact = tables[source.name];
  if (exact) return exact;
  return tables[source.name.split('.').at(-1) ?? ''] ?? [];
}

function checkTableNames(sources: readonly SourceSpec[], tables: InputTables): void {
  const names = sources.flatMap((source) => [source.name, source.name.split('.').at(-1) ?? '']);
  for (const name of Object.keys(tables)) {
    if (!names.includes(name)) {
      const known = [...new Set(sources.map((source) => source.name))];
      throw new TesseraError('BAD_OPTION', {
        option: name,
        reason: 'is not a source of this definition',
        options: known,
      });
    }
  }
}

function labelText(ds: InputValue): string | null {
  if (ds === undefined || ds === null) return null;
  return ds instanceof Date ? formatDay(dayOf(ds.getTime())) : String(ds);
}

async function load(
  inline: Inline,
  source: SourceSpec,
  rows: readonly InputRow[],
): Promise<LoadedSource> {
  const table = `source_${tableCount++}`;
  const strings: string[] = [];
  const codes = new Map<string, number>();
  const codeOf = (text: string) => {
    const known = codes.get(text);
    if (known !== undefined) return known;
    strings.push(text);
    codes.set(text, strings.length - 1);
    return strings.length - 1;
  };
  const known = new Set([...source.columns.map((c) => c.name), 'ds']);
  const stranger = rows.flatMap((row) => Object.keys(row)).find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new TesseraError('UNKNOWN_COLUMN', {
      source: source.name,
      column: stranger,
      columns: [...known],
    });
  }
  const columns = new Map<string, { spec: ColumnSpec; column: Column }>();
  for (const spec of source.columns) {
    if (spec.name === 'ds') continue;
    const values = rows.map((row) => row[spec.name]);
    const column = columnFromValues(
      { table: source.name, column: spec.name },
      spec.type,
      values,
      codeOf,
    );
    columns.set(spec.name, { spec, column });
  }
  const ds = rows.map((row) => labelText(row.ds));
  // A source may declare its label, as text or as a date (S1.2).
  const dsType: DataType = source.columns.find((c) => c.name === 'ds')?.type ?? { kind: 'string' };
  const dsColumn = columnFromValues({ table: source.name, column: 'ds' }, dsType, ds, codeOf);
  const number: Column = { kind: 'f64', values: Float64Array.from(rows.keys()) };
  await createTableFromBatch(
    inline.session,
    table,
    [
      ...[...columns.values()].map(({ spec, column }) => ({
        name: spec.name,
        type: spec.type,
        column,
        dictionary: strings,
      })),
      { name: 'ds', type: dsType, column: dsColumn, dictionary: strings },
      { name: ROW.name, type: ROW.type, column: number },
    ],
    rows.length,
  );
  return { table, rows: rows.length, columns, strings, ds };
}

async function loadAll(
  inline: Inline,
  sources: readonly SourceSpec[],
  tables: InputTables,
): Promise<Map<string, LoadedSource>> {
  checkTableNames(sources, tables);
  const loaded = new Map<string, LoadedSource & { given: readonly InputRow[] }>();
  for (const source of sources) {
    const id = definitionHash(source);
    const rows = givenRows(source, tables);
    const same = loaded.get(id);
    // One path is one table, whatever a definition calls it; rows under two names would be a guess.
    if (same && same.given !== rows && rows.length > 0) {
      const reason = 'reads the same path and columns as another source: give its rows once';
      throw new TesseraError('BAD_OPTION', { option: source.name, reason });
    }
    if (!same) loaded.set(id, { ...(await load(inline, source, rows)), given: rows });
  }
  return loaded;
}

function tableFacts(rows: number): SourceFacts {
  const file = {
    path: 'table',
    ds: null,
    bytes: 0,
    rows,
    minTimeMs: null,
    maxTimeMs: null,
    fingerprint: 'memory',
  };
  return { hive: false, files: [file] };
}

async function dropAll(inline: Inline, loaded: ReadonlyMap<string, LoadedSource>): Promise<void> {
  for (const { table } of loaded.values())
    await inline.session.connection.run(`DROP TABLE IF EXISTS "${table}"`);
}

const COUNTS = new Set(['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT', 'HISTOGRAM']);

/** Counts come out as numbers, other 64-bit integers as bigint. */
function integerForm(column: OutputColumn, groupBy: GroupBySpec | undefined): IntegerForm {
  const operation = groupBy?.aggregations[column.aggregationIdx]?.operation;
  return operation !== undefined && COUNTS.has(operation) ? 'number' : 'bigint';
}

interface Ready {
  readonly outcome: StageOutcome;
  readonly context: TaskContext;
}

function fillRow(
  row: FeatureRowValues,
  features: readonly FeatureColumn[],
  at: number,
  forms: ReadonlyMap<string, IntegerForm>,
): void {
  for (const { name, type, column, strings } of features) {
    row[name] = valueAt(type, column, at, strings, forms.get(name) ?? 'bigint');
  }
}

function stageOptions(
  inline: Inline,
  facts: LakeFacts,
  loaded: ReadonlyMap<string, LoadedSource>,
  missing: Record<string, 'error' | 'null' | 'empty'>,
  options: InMemoryOptions,
) {
  return {
    facts,
    executor: inline,
    inMemory: true,
    limit: null,
    strict: options.strict ?? false,
    missing,
    relation: (sourceId: string) => ({
      kind: 'table' as const,
      name: loaded.get(sourceId)?.table ?? '',
    }),
    presentDays: (sourceId: string) => new Set(loaded.get(sourceId)?.ds),
    onProgress: () => undefined,
  };
}

/**
 * Feature rows of a join over tables given as rows: the production plan, tasks and kernels, without files or threads.
 *
 * Returns  one object per left row, in left order (S8): left columns, then features.
 * Throws   TesseraError as a run over files would; a snapshot day that is not given is empty, not an error.
 */
export async function joinRows(
  join: JoinSpec,
  tables: InputTables,
  options: InMemoryOptions = {},
): Promise<FeatureRowValues[]> {
  return inTurn(async (inline) => {
    const sources = [join.left, ...join.parts.map((part) => part.groupBy.source)];
    const loaded = await loadAll(inline, sources, tables);
    try {
      const leftId = definitionHash(join.left);
      const left = loaded.get(leftId)!;
      const leftScan = {
        source: join.left,
        relation: { kind: 'table' as const, name: left.table },
      };
      const days = await leftDays(inline.session, leftScan);
      const facts: LakeFacts = {
        sources: Object.fromEntries([...loaded].map(([id, { rows }]) => [id, tableFacts(rows)])),
        left: days.map((day): LeftPartitionFacts => ({ ...day, fileIdx: [0] })),
        published: null,
      };
      if (days.length === 0) return [];
      const columns = outputColumns(join);
      const plan = planJoin(join, columns, facts, { buckets: options.buckets ?? 1, workers: 1 });
      const policy = missingPolicy(join);
      const missing =
        options.missingDays === 'part'
          ? policy
          : Object.fromEntries(Object.keys(policy).map((part) => [part, 'empty' as const]));
      const outcome = await runStages(plan, stageOptions(inline, facts, loaded, missing, options));
      const context = {
        session: inline.session,
        exchange: inline.exchange,
        cancelled: () => false,
      };
      await raiseProblem(context, plan, outcome);
      const forms = new Map(
        columns.map((column) => [
          column.name,
          integerForm(column, join.parts[column.partIdx]?.groupBy),
        ]),
      );
      const order = await rowOrder({ outcome, context }, join, left.table);
      const rows: FeatureRowValues[] = [];
      for (const task of outcome.assemble) {
        const { written } = await featureColumns(context, task);
        const own = order.get(task.partition.ds) ?? [];
        for (const [at, given] of own.entries()) {
          const row: FeatureRowValues = {};
          for (const [name, { spec, column }] of left.columns)
            row[name] = valueAt(spec.type, column, given, left.strings, 'bigint');
          fillRow(row, written, at, forms);
          rows.push(row);
        }
      }
      return rows;
    } finally {
      await dropAll(inline, loaded);
    }
  });
}

/** Given row numbers in left order, per partition. */
async function rowOrder(
  { context }: Ready,
  join: JoinSpec,
  table: string,
): Promise<Map<string, number[]>> {
  const source = { ...join.left, columns: [...join.left.columns, ROW] };
  const scan = leftSql({ source, relation: { kind: 'table', name: table } }, [ROW.name]);
  const sql = `SELECT __day AS day, ${quoteIdent(ROW.name)} AS given FROM (${scan}) ORDER BY __pos`;
  const batch = await readColumns(context.session, sql);
  const day = numbers(batch, 'day');
  const given = numbers(batch, 'given');
  const order = new Map<string, number[]>();
  for (let i = 0; i < day.length; i++) {
    const ds = Number.isNaN(day[i]!)
      ? '__none__'
      : new Date(day[i]! * 86_400_000).toISOString().slice(0, 10);
    const own = order.get(ds);
    if (own) own.push(given[i]!);
    else order.set(ds, [given[i]!]);
  }
  return order;
}

/**
 * Stand-alone rows of a groupBy (S3.4) over tables given as rows: one per day and key that had something to aggregate,
 * days ascending, keys ascending; `ds`, then keys, then features.
 */
export async function groupByRows(
  groupBy: GroupBySpec,
  tables: InputTables,
  range: { readonly start: string; readonly end: string },
  options: InMemoryOptions = {},
): Promise<FeatureRowValues[]> {
  return inTurn(async (inline) => {
    const loaded = await loadAll(inline, [groupBy.source], tables);
    try {
      const facts: LakeFacts = {
        sources: Object.fromEntries([...loaded].map(([id, { rows }]) => [id, tableFacts(rows)])),
        left: daysBetween(range.start, range.end).map((ds) => {
          const end = Date.parse(ds) + 86_400_000;
          return { ds, fileIdx: [], rows: 1, minQueryMs: end, maxQueryMs: end };
        }),
        published: null,
      };
      const columns = groupByColumns(groupBy);
      const plan = planBackfill(groupBy, columns, facts, {
        buckets: options.buckets ?? 1,
        workers: 1,
      });
      const outcome = await runStages(
        plan,
        stageOptions(inline, facts, loaded, { [groupBy.name]: 'empty' }, options),
      );
      const context = {
        session: inline.session,
        exchange: inline.exchange,
        cancelled: () => false,
      };
      await raiseProblem(context, plan, outcome);
      const forms = new Map(columns.map((column) => [column.name, integerForm(column, groupBy)]));
      const rows: FeatureRowValues[] = [];
      for (const task of outcome.assemble) {
        const { written, unwritten } = await featureColumns(context, task);
        const keys = await gridKeys(context, task);
        const present = unwritten.map((column) =>
          numbers({ rows: task.rows, columns: { n: column } }, 'n'),
        );
        for (let at = 0; at < task.rows; at++) {
          if (!present.some((counts) => counts[at]! > 0)) continue;
          const row: FeatureRowValues = { ds: task.partition.ds };
          for (const [name, values] of keys) row[name] = values[at] ?? null;
          fillRow(row, written, at, forms);
          rows.push(row);
        }
      }
      return rows;
    } finally {
      await dropAll(inline, loaded);
    }
  });
}

async function gridKeys(
  context: TaskContext,
  task: StageOutcome['assemble'][number],
): Promise<[string, Value[]][]> {
  const { grid } = task;
  if (grid?.table.kind !== 'table') return [];
  const day =
    grid.keySet.snapshotLagMs === null
      ? ''
      : ` WHERE day = date_diff('day', DATE '1970-01-01', DATE '${task.partition.ds}')`;
  const out: [string, Value[]][] = [];
  for (const [idx, name] of grid.names.entries()) {
    const type = grid.keySet.types[idx]!;
    const sql = `SELECT k${idx} FROM ${quoteIdent(grid.table.name)}${day} ORDER BY code`;
    if (type.kind === 'string') out.push([name, await readStrings(context.session, sql)]);
    else {
      const { rows, columns } = await readColumns(context.session, sql);
      const column = columns[`k${idx}`]!;
      out.push([
        name,
        Array.from({ length: rows }, (_, at) => valueAt(type, column, at, null, 'bigint')),
      ]);
    }
  }
  return out;
}
