import { combineProblems, isFloat, type SourceSpec, TesseraError } from '@tessera/api';
import { quoteIdent, readRows, type Session, scanSql } from '@tessera/lake';
import type { PhysicalPlan, ScanPlan } from '@tessera/planner';
import type { Gathered } from './gather.js';
import { filesRead } from './inputs.js';
import { laneColumns } from './tasks/task-sql.js';

/**
 * Columns declared as never null (`'string!'`), looked at in the files and columns that the plan reads. Footers tell how
 * many nulls a file has; where one is silent, and for floats, where NaN is null too (S4.4), the column is read.
 *
 * Throws  NULL_IN_COLUMN for each such column, with the first file of it
 */
export async function checkNotNull(
  session: Session,
  plan: PhysicalPlan,
  gathered: Gathered,
): Promise<void> {
  const problems: TesseraError[] = [];
  for (const { source, sourceId, columns, fileIdx } of readsOf(plan)) {
    for (const column of columns) {
      const found = await firstNull(session, { source, sourceId, column, fileIdx }, gathered);
      if (found !== null) {
        const params = { source: source.name, column, ...found };
        problems.push(new TesseraError('NULL_IN_COLUMN', params, { at: source.name }));
      }
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
}

interface Read {
  readonly source: SourceSpec;
  readonly sourceId: string;
  /** Those never null. */
  readonly columns: ReadonlySet<string>;
  readonly fileIdx: ReadonlySet<number>;
}

/** What the plan reads of each source, by left and scans together. */
function readsOf(plan: PhysicalPlan): Read[] {
  const reads = new Map<string, Read & { columns: Set<string>; fileIdx: Set<number> }>();
  const note = (
    { source, sourceId }: Pick<Read, 'source' | 'sourceId'>,
    columns: readonly string[],
    fileIdx: readonly number[],
  ) => {
    const read = reads.get(sourceId) ?? {
      ...{ source, sourceId },
      columns: new Set<string>(),
      fileIdx: new Set<number>(),
    };
    reads.set(sourceId, read);
    for (const { name, nullable } of source.columns)
      if (!nullable && name !== 'ds' && columns.includes(name)) read.columns.add(name);
    for (const idx of fileIdx) read.fileIdx.add(idx);
  };
  if (plan.left.kind === 'source') {
    const building = plan.partitions.filter(({ reason }) => reason !== null);
    const all = plan.left.source.columns.map(({ name }) => name);
    note(
      plan.left,
      all,
      building.flatMap(({ fileIdx }) => fileIdx),
    );
  }
  for (const scan of plan.scans) note(scan, scanColumns(scan), filesRead(scan));
  return [...reads.values()];
}

function scanColumns({ source, keys, lanes }: ScanPlan): string[] {
  const { time, tieBreaker } = source;
  const named = [time, tieBreaker].filter((name) => name !== undefined);
  return [...keys, ...named, ...lanes.flatMap((lane) => laneColumns(lane, source))];
}

/** The first file with a null there, by the order of files, and how many it has. */
async function firstNull(
  session: Session,
  { source, sourceId, column, fileIdx }: Omit<Read, 'columns'> & { readonly column: string },
  gathered: Gathered,
): Promise<{ file: string; rows: number } | null> {
  const type = source.columns.find(({ name }) => name === column)?.type;
  const files = gathered.facts.sources[sourceId]?.files ?? [];
  const told = (idx: number): number | null => {
    if (files[idx]?.rows === 0) return 0;
    const nulls = files[idx]?.keyNulls?.[column] ?? null;
    return nulls === 0 && type !== undefined && isFloat(type) ? null : nulls;
  };
  const count = (idxs: readonly number[]) =>
    countNulls(session, source, column, gathered.relation(sourceId, idxs));
  const inOrder = [...fileIdx].sort((a, b) => a - b);
  const silent = inOrder.filter((idx) => told(idx) === null);
  // Nearly always there is none, which one query tells of all files.
  const isHidden = silent.length > 0 && (await count(silent)) > 0;
  for (const idx of inOrder) {
    const rows = told(idx) ?? (isHidden ? await count([idx]) : 0);
    if (rows > 0) return { file: files[idx]?.path ?? '', rows };
  }
  return null;
}

async function countNulls(
  session: Session,
  source: SourceSpec,
  column: string,
  relation: ReturnType<Gathered['relation']>,
): Promise<number> {
  // Rows as they are in the file, before any of them is left out.
  const { where: _, eventId: __, dedupe: ___, ...plain } = source;
  const rows = scanSql({ source: plain, relation, columns: [column] });
  const [found] = await readRows(
    session,
    `SELECT count(*) AS n FROM (${rows}) WHERE ${quoteIdent(column)} IS NULL`,
  );
  return Number(found?.n ?? 0);
}
