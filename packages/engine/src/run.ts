import { randomUUID } from 'node:crypto';
import { rmdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join as joinPath, resolve } from 'node:path';
import {
  type GroupBySpec,
  groupByColumns,
  type JoinSpec,
  leftColumns,
  type OutputColumn,
  outputColumns,
  TesseraError,
} from '@tessera/api';
import {
  datasetPath,
  openDuckDb,
  openTmpFolder,
  partitionPath,
  type Session,
  summarise,
} from '@tessera/lake';
import {
  assembledBytes,
  type PhysicalPlan,
  type PlanOptions,
  planBackfill,
  planJoin,
} from '@tessera/planner';
import { type NamedType, type ResultFile, resultBatches } from './batches.js';
import { checkNotNull } from './check-not-null.js';
import { checkDefinition, checkOptions } from './check-options.js';
import { hashContents } from './contents.js';
import { fileExchange } from './exchange.js';
import { type Executor, inlineExecutor, threadsExecutor } from './executor.js';
import { exportFiles } from './export.js';
import { type Gathered, gatherFacts, inRange } from './gather.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { type MemoryShares, memoryBudget, shareMemory, type WorkerMemory } from './memory.js';
import { planSummary } from './plan-summary.js';
import { firstPartitions, firstRows, hold, previewFile, previewFolder, replay } from './preview.js';
import { raiseProblem } from './problems.js';
import { openTarget, publishedFacts, tidy } from './publish.js';
import { runReport } from './report.js';
import type { Progress, RunCounters, RunOptions, RunReport, RunResult } from './run-types.js';
import { runStages } from './stages/run-stages.js';
import type { StageOutcome } from './stages/stage-options.js';
import { sum } from './sum.js';
import type { AssembleResult } from './tasks/result.js';
import { SEMANTICS_VERSION } from './version.js';

/** A definition to run, with what differs between joins and groupBys. */
interface Subject {
  readonly kind: 'train-set' | 'backfill';
  readonly name: string;
  readonly join: JoinSpec | null;
  readonly groupBy: GroupBySpec | null;
  readonly columns: readonly OutputColumn[];
  readonly plan: (gathered: Gathered, options: PlanOptions) => PhysicalPlan;
}

const NO_REPORT: RunReport = {
  sources: [],
  left: { rows: 0, rowsWithoutTime: 0, rowsWithNullKey: [] },
  missingSnapshots: [],
  tooManyDistinct: [],
};

/**
 * Make a training set: one row per left row of the range, each with what was known at its own instant, published as
 * Parquet under `<out>/train-sets/<join>/ds=…`. Partitions that are up to date are left alone.
 *
 * Throws   TesseraError: user errors of the data or the call, DATASET_LOCKED, INTERRUPTED after `signal` …; nothing is
 *          half-written then.
 */
export async function trainSet(join: JoinSpec, options: RunOptions = {}): Promise<RunResult> {
  checkDefinition('join', join);
  const columns = outputColumns(join);
  return run(
    {
      kind: 'train-set',
      name: join.name,
      join,
      groupBy: null,
      columns,
      plan: (gathered, planOptions) => planJoin(join, columns, gathered.facts, planOptions),
    },
    options,
  );
}

/** The stand-alone values of a groupBy, per key at the end of each day (S3.4), under `<out>/group-bys/<name>/ds=…`. */
export async function backfill(groupBy: GroupBySpec, options: RunOptions = {}): Promise<RunResult> {
  checkDefinition('groupBy', groupBy);
  const columns = groupByColumns(groupBy);
  return run(
    {
      kind: 'backfill',
      name: groupBy.name,
      join: null,
      groupBy,
      columns,
      plan: (gathered, planOptions) => planBackfill(groupBy, columns, gathered.facts, planOptions),
    },
    options,
  );
}

async function run(subject: Subject, options: RunOptions): Promise<RunResult> {
  checkOptions(options);
  const startedMs = performance.now();
  const elapsed = () => performance.now() - startedMs;
  const workers = options.workers ?? Math.max(1, availableParallelism());
  const lake = resolve(options.lake ?? '.');
  const out = resolve(options.out ?? 'out');
  const dataset = datasetPath(
    out,
    subject.kind === 'train-set' ? 'train-sets' : 'group-bys',
    subject.name,
  );
  checkSignal(options.signal);
  const memory = shareMemory(memoryBudget(options.memory), workers, options.memoryShares);
  const session = await openDuckDb({ threads: workers, memoryBytes: memory.planningBytes });
  const interruption = interruptOnAbort(session, options.signal);
  const atEnd: (() => void | Promise<void>)[] = [];
  const preview = options.limit === undefined ? null : previewFolder();
  try {
    const gathered = await gatherFacts(
      session,
      subject,
      { ...options, lake },
      await publishedFacts(dataset),
    );
    const planOptions: PlanOptions = {
      buckets: options.buckets ?? null,
      workers,
      taskBytes: memory.worker.taskBytes,
      strict: options.strict ?? false,
      semantics: SEMANTICS_VERSION,
      covers: (ds) => inRange(ds, options),
    };
    const plan = subject.plan(gathered, planOptions);
    if (options.limit === undefined) checkOutdated(plan, dataset, options);
    await checkNotNull(session, plan, gathered);
    const summary = planSummary(plan, gathered.facts, subject.columns, workers);
    checkSignal(options.signal);
    options.onPlan?.(summary);
    const removed = summary.removed.flatMap(({ days }) => days);
    const isBuilding = plan.partitions.some(({ reason }) => reason !== null);
    const made =
      options.planOnly || (!isBuilding && removed.length === 0 && options.limit === undefined)
        ? await nothing(subject, gathered, dataset, options)
        : await (isBuilding || options.limit !== undefined ? make : remove)(
            subject,
            {
              ...{ plan, planOptions, removed, gathered, session, memory },
              ...{ dataset, out, elapsed, preview, atEnd },
            },
            options,
          );
    // Of an incremental run the result is the whole range, not only what was missing.
    const files =
      options.limit === undefined && !options.planOnly ? publishedFiles(dataset, plan) : made.files;
    if (
      options.format !== undefined &&
      options.format !== 'parquet' &&
      made.path !== null &&
      !options.planOnly
    ) {
      await exportFiles(
        { session, signal: options.signal },
        { dataset, files, columns: resultColumns(subject) },
        options.format,
      );
    }
    const columns = resultColumns(subject);
    const rows =
      options.summary && made.files.length > 0
        ? await summarise(
            session,
            made.files.map(({ file }) => file),
            columns,
          )
        : null;
    // The files of a preview do not outlive the run.
    const held = preview === null ? null : await hold(resultBatches(files, columns));
    const roles = new Map(columns.map(({ name, role }) => [name, role]));
    return {
      plan: summary,
      report: made.report,
      path: made.path,
      rows: sum(made.written.map(({ rows: n }) => n)),
      partitionsWritten: made.written.map(({ ds }) => ds),
      partitionsRemoved: made.removed,
      bytesWritten: sum(made.written.map(({ bytes }) => bytes)),
      elapsedMs: elapsed(),
      peakBytes: peakBytes(),
      counters: made.counters,
      summary: rows?.map((row) => ({ ...row, role: roles.get(row.name) ?? 'feature' })) ?? null,
      batches: held === null ? () => resultBatches(files, columns) : () => replay(held),
    };
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
    for (const end of atEnd) await end();
    if (preview !== null) rmSync(preview, { recursive: true, force: true });
  }
}

/** What a run made, before it is told. */
interface Made {
  readonly path: string | null;
  readonly report: RunReport;
  readonly written: readonly Written[];
  readonly removed: readonly string[];
  readonly files: readonly ResultFile[];
  readonly counters: RunCounters;
}

const NOTHING_MADE: Made = {
  path: null,
  report: NO_REPORT,
  written: [],
  removed: [],
  files: [],
  counters: {
    tasks: 0,
    filesRead: 0,
    rowsScanned: 0,
    rowsSwept: 0,
    slices: 0,
    pieces: 0,
    leftRows: 0,
  },
};

/** Partitions of two definitions in one dataset would be read as one. Throws MIXED_DEFINITIONS. */
function checkOutdated({ outdated }: PhysicalPlan, path: string, options: RunOptions): void {
  if (outdated === null || options.replace) return;
  throw new TesseraError('MIXED_DEFINITIONS', { path, ...outdated });
}

async function nothing(
  subject: Subject,
  { facts }: Gathered,
  dataset: string,
  options: RunOptions,
): Promise<Made> {
  if (!options.planOnly) await tidy(dataset, `${subject.kind} ${subject.name}`, facts);
  return { ...NOTHING_MADE, path: options.planOnly ? null : dataset };
}

interface Making {
  readonly plan: PhysicalPlan;
  readonly planOptions: PlanOptions;
  /** Published partitions that go. */
  readonly removed: readonly string[];
  readonly gathered: Gathered;
  readonly session: Session;
  readonly dataset: string;
  readonly out: string;
  readonly memory: MemoryShares;
  readonly elapsed: () => number;
  /** Folder of a result that is not published. */
  readonly preview: string | null;
  /** What is to be done once the session is closed, in order. */
  readonly atEnd: (() => void | Promise<void>)[];
}

/** Compute what is missing and put it in place. Whatever happens, nothing but published partitions stays. */
async function make(subject: Subject, making: Making, options: RunOptions): Promise<Made> {
  const { gathered, session, dataset, removed, memory, elapsed, preview, atEnd } = making;
  const { workers } = making.planOptions;
  const { signal } = options;
  const runId = randomUUID();
  const limit = options.limit ?? null;
  const plan =
    limit === null
      ? making.plan
      : subject.plan(
          firstPartitions(gathered, subject.join?.left ?? null, limit),
          making.planOptions,
        );
  const target =
    limit === null ? await openTarget(dataset, `${subject.kind} ${subject.name}`, runId) : null;
  // Beside what is staged: should this process be killed, the dataset's next run removes both.
  const parent = options.tmp ?? target?.run.staging ?? joinPath(making.out, '.tmp');
  atEnd.push(async () => {
    if (options.tmp === undefined) removeIfEmpty(parent);
    await target?.close();
  });
  let executor: Executor | null = null;
  const hashing = new AbortController();
  const contents = target
    ? hashContents(plan, gathered, anySignal(hashing.signal, signal))
    : Promise.resolve(new Map<string, string | null>());
  // Should something else fail first, nobody waits for it.
  contents.catch(() => undefined);
  try {
    const { path: tmp, close } = openTmpFolder(resolve(parent), `${subject.kind} ${subject.name}`);
    atEnd.unshift(close);
    await spillTo(session, tmp);
    executor =
      workers === 1
        ? await inlineExecutor({ workers, dir: tmp, memory: memory.worker, signal })
        : await threadsExecutor({ workers, dir: tmp, memory: memory.worker, signal });
    const onProgress = (progress: StageProgress) =>
      options.onProgress?.({ ...progress, elapsedMs: elapsed(), peakBytes: peakBytes() });
    const outcome = await runStages(plan, {
      facts: gathered.facts,
      executor,
      inMemory: false,
      limit,
      strict: options.strict ?? false,
      taskBytes: memory.worker.taskBytes,
      pieceRows: pieceRows(plan, memory.worker),
      missingDays: 'part',
      relation: gathered.relation,
      presentDays: gathered.presentDays,
      onProgress,
    });
    await raiseProblem(
      { session, exchange: fileExchange(tmp), memory: memory.worker, cancelled: () => false },
      plan,
      outcome,
    );
    const fileOf = (ds: string) => (target ? target.stage(ds) : previewFile(preview ?? tmp, ds));
    const made = await writePartitions(executor, outcome, fileOf, onProgress);
    checkSignal(signal);
    const written = limit === null ? made : await firstRows(session, made, limit);
    const published = target
      ? await target.publish({
          ...{ written, removed, plan },
          columns: subject.columns,
          facts: gathered.facts,
          contents: await contents,
          strict: options.strict ?? false,
        })
      : written.map(({ file }) => file);
    return {
      path: target ? dataset : null,
      report: runReport(plan, gathered.facts, outcome, gathered.filled),
      written,
      removed: target ? removed : [],
      files: written.map(({ ds }, idx) => ({ ds, file: published[idx]! })),
      counters: countersOf(plan, outcome, written.length),
    };
  } finally {
    hashing.abort();
    await contents.catch(() => undefined);
    await executor?.close();
  }
}

/** Rows of a partition that are put together at once. */
function pieceRows(plan: PhysicalPlan, { taskBytes, leastRows }: WorkerMemory): number {
  return Math.max(leastRows, Math.floor(taskBytes / assembledBytes(plan.features)));
}

function anySignal(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

/** Take away what is no more, where there is nothing to build. */
async function remove(subject: Subject, making: Making, options: RunOptions): Promise<Made> {
  const { plan, gathered, dataset, removed } = making;
  const target = await openTarget(dataset, `${subject.kind} ${subject.name}`, randomUUID());
  try {
    await target.publish({
      ...{ written: [], removed, plan },
      columns: subject.columns,
      facts: gathered.facts,
      contents: new Map(),
      strict: options.strict ?? false,
    });
  } finally {
    await target.close();
  }
  return { ...NOTHING_MADE, path: dataset, removed };
}

type StageProgress = Pick<Progress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>;

/** Where the session puts what does not fit in memory, from now to its end: DuckDB does not let it be changed. */
async function spillTo(session: Session, folder: string): Promise<void> {
  await session.connection.run(`SET temp_directory = '${folder.replaceAll("'", "''")}'`);
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another run works there, or it never was.
  }
}

function publishedFiles(dataset: string, plan: PhysicalPlan): ResultFile[] {
  return plan.partitions.map(({ ds }) => ({ ds, file: partitionPath(dataset, ds) }));
}

function resultColumns(subject: Subject): (NamedType & { role: 'left' | 'key' | 'feature' })[] {
  const source = subject.groupBy?.source;
  const left = subject.join
    ? leftColumns(subject.join).map(({ name, type }) => ({ name, type, role: 'left' as const }))
    : (subject.groupBy?.keys ?? []).flatMap((name) => {
        const column = source?.columns.find((c) => c.name === name);
        return column ? [{ name, type: column.type, role: 'key' as const }] : [];
      });
  return [
    ...left,
    ...subject.columns.map(({ name, type }) => ({ name, type, role: 'feature' as const })),
  ];
}

interface Written {
  readonly ds: string;
  readonly rows: number;
  readonly bytes: number;
  readonly file: string;
}

async function writePartitions(
  executor: Executor,
  outcome: StageOutcome,
  fileOf: (ds: string) => string,
  onProgress: (progress: StageProgress) => void,
): Promise<Written[]> {
  const tasks = outcome.assemble.map((task) => ({ ...task, file: fileOf(task.partition.ds) }));
  let done = 0;
  let rows = 0;
  onProgress({ stage: 'write', tasksDone: 0, tasksTotal: tasks.length, rows: 0 });
  const results = await executor.run<AssembleResult>(tasks, (result) => {
    done++;
    rows += result.rows;
    onProgress({ stage: 'write', tasksDone: done, tasksTotal: tasks.length, rows });
  });
  return tasks.map(({ partition, file }, idx) => ({
    ds: partition.ds,
    rows: results[idx]?.rows ?? 0,
    bytes: results[idx]?.bytes ?? 0,
    file,
  }));
}

function countersOf(plan: PhysicalPlan, outcome: StageOutcome, writes: number): RunCounters {
  const scans = Object.values(outcome.scans).flat();
  return {
    tasks: outcome.tasks + writes,
    filesRead: sum(plan.scans.map((scan) => scan.fileIdx.length)),
    rowsScanned: sum(scans.map((result) => result.rowsRead)),
    rowsSwept: sum(scans.map((result) => result.rowsMatched)),
    slices: sum(outcome.sweeps.map(({ result }) => result.slices)),
    pieces: sum(outcome.assemble.map((task) => Math.max(1, Math.ceil(task.rows / task.pieceRows)))),
    leftRows: sum(outcome.partitions.map((partition) => partition.rows)),
  };
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TesseraError('INTERRUPTED', {});
}

/** The kernel's high-water mark of the whole process. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
