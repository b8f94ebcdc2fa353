import { rmdirSync } from 'node:fs';
import { dirname, join as joinPath, resolve } from 'node:path';
import { fault, openTmpFolder, partitionPath, quoteLiteral, type Session } from '@tessera/lake';
import { assembledBytes, type PhysicalPlan, type PlanOptions } from '@tessera/planner';
import { hashContents } from './contents.js';
import { countersOf, countersOfTiles } from './counters.js';
import type { EarlyThreads } from './early-threads.js';
import { fileExchange } from './exchange.js';
import {
  type Executor,
  type ExecutorOptions,
  inlineExecutor,
  threadsExecutor,
} from './executor.js';
import type { Gathered } from './gather.js';
import { bytesOfFiles, checkUnchanged, checkWhole, explained, inputsOf } from './inputs.js';
import { lanesExecutor } from './lanes-executor.js';
import { type Made, NOTHING_MADE } from './made.js';
import type { MemoryShares, WorkerMemory } from './memory.js';
import { firstPartitions, firstRows, previewFile } from './preview.js';
import { raiseProblem } from './problems.js';
import { checkSignal, leavesTasks, peakBytes } from './process-state.js';
import { phaseClock } from './profile/phase-clock.js';
import type { Profiler } from './profile/profiler.js';
import { openTarget, tidy } from './publish.js';
import { runReport } from './report.js';
import { recorded } from './resume/recorded.js';
import { runKey } from './resume/run-key.js';
import { openTaskRecord, type TaskRecord } from './resume/task-record.js';
import type { RunOptions } from './run-types.js';
import { isMostlyScanning, isSmallWork } from './small-work.js';
import { runStages } from './stages/run-stages.js';
import type { Subject } from './subject.js';
import { makeTiles } from './tiles/make-tiles.js';
import { onlyBuilds } from './tiles/only-builds.js';
import { planTiled, type TiledPlan } from './tiles/plan-tiled.js';
import { tileInput } from './tiles/tile-input.js';
import type { TileSets } from './tiles/tile-sets.js';
import { type StageProgress, writePartitions } from './write-partitions.js';

/** What is made, and with what. */
export interface Making {
  readonly tiled: TiledPlan;
  readonly planOptions: PlanOptions;
  /** Published partitions that go. */
  readonly removed: readonly string[];
  readonly gathered: Gathered;
  readonly session: Session;
  readonly dataset: string;
  readonly out: string;
  /** Where tiles lie, and those that a plan may use. */
  readonly store: string;
  readonly sets: TileSets;
  readonly memory: MemoryShares;
  readonly elapsed: () => number;
  readonly profiler: Profiler;
  /** Threads that may have begun. */
  readonly early: EarlyThreads;
  /** Folder of a result that is not published. */
  readonly preview: string | null;
  /** What is to be done once the session is closed, in order. */
  readonly atEnd: (() => void | Promise<void>)[];
}

/** Compute what is missing and put it in place. Whatever happens, nothing but published partitions stays. */
export async function make(subject: Subject, making: Making, options: RunOptions): Promise<Made> {
  const { gathered, session, dataset, removed, memory, elapsed, preview, atEnd, profiler } = making;
  const { workers } = making.planOptions;
  const { signal } = options;
  const limit = options.limit ?? null;
  const wanted =
    limit === null ? gathered : firstPartitions(gathered, subject.join?.left ?? null, limit);
  const asked =
    limit === null ? making.tiled : planTiled(subject, wanted, making.planOptions, making.sets);
  const inputs = inputsOf(asked.plan, gathered.files);
  // A preview reads also what is published; all else was looked at with the plan.
  profiler.knows(inputs);
  if (limit !== null) await profiler.during('check', () => checkWhole(inputs));
  const isPublished = limit === null && subject.tilesOnly !== true;
  const owner = `${subject.kind} ${subject.name}`;
  const target = isPublished ? await openTarget(dataset, owner) : null;
  // Beside what is staged: should this process be killed, the dataset's next run removes both.
  const parent =
    options.tmp ?? (target ? dirname(target.run.staging) : joinPath(making.out, '.tmp'));
  atEnd.push(async () => {
    if (options.tmp === undefined) removeIfEmpty(parent);
    await target?.close(leavesTasks(signal) ? 'tasks' : 'nothing');
  });
  let executor: Executor | null = null;
  let record: TaskRecord | null = null;
  const hashing = new AbortController();
  const contents = target
    ? profiler.beside(
        'contents',
        hashContents(asked.plan, gathered, anySignal(hashing.signal, signal)),
      )
    : Promise.resolve(new Map<string, string | null>());
  // Should something else fail first, nobody waits for it.
  contents.catch(() => undefined);
  try {
    const { path: tmp, close } = openTmpFolder(resolve(parent), owner);
    atEnd.unshift(close);
    await spillTo(session, joinPath(tmp, 'spill-main'));
    // What is asked to lie elsewhere does not outlive the run.
    const isRecorded = target !== null && options.tmp === undefined;
    const dir = isRecorded ? target.run.staging : tmp;
    const threads = {
      ...{ workers, dir, spill: tmp, isRecorded, memory: memory.worker, signal },
      begun: making.early.take,
    };
    const start = executorFor(asked.plan, gathered, threads.workers, memory.worker);
    executor = profiler.over(await profiler.during('start', () => start(threads)));
    const onProgress = (progress: StageProgress) =>
      options.onProgress?.({ ...progress, elapsedMs: elapsed(), peakBytes: peakBytes() });
    const built = await makeTiles(subject, { ...making, gathered: wanted }, asked, {
      executor,
      owner,
      onProgress,
      signal,
      profiler,
    });
    const { plan } = built.tiled;
    const bytesRead = bytesOfFiles([
      ...inputsOf(onlyBuilds(asked.plan), gathered.files),
      ...(subject.tilesOnly ? [] : inputsOf(plan, gathered.files)),
    ]);
    if (subject.tilesOnly)
      return { ...NOTHING_MADE, counters: { ...countersOfTiles(built.counts), bytesRead } };
    if (isRecorded)
      record = await openTaskRecord(dir, runKey(plan, gathered, howOf(making, options)));
    const worked = record === null ? executor : recorded(executor, record);
    const outcome = await runStages(plan, {
      facts: gathered.facts,
      executor: worked,
      inMemory: false,
      limit,
      strict: options.strict ?? false,
      taskBytes: memory.worker.taskBytes,
      mergesBuckets: options.buckets === undefined,
      pieceRows: pieceRows(plan, memory.worker),
      missingDays: 'part',
      relation: gathered.relation,
      tiles: tileInput(plan, built.tiled.states, built.sets, workers),
      presentDays: gathered.presentDays,
      published: (ds) => {
        const { crc } = gathered.facts.published?.partitions[ds] ?? {};
        return { file: partitionPath(dataset, ds), ...(crc !== undefined && { crc }) };
      },
      onProgress,
    });
    await raiseProblem(
      {
        ...{ session, exchange: fileExchange(dir), memory: memory.worker, clock: phaseClock(0) },
        cancelled: () => false,
      },
      plan,
      outcome,
    );
    const fileOf = (ds: string) => (target ? target.stage(ds) : previewFile(preview ?? tmp, ds));
    const { written: made, tasks } = await writePartitions(worked, outcome, fileOf, onProgress);
    fault('staged', dataset);
    checkSignal(signal);
    const written = limit === null ? made : await firstRows(session, made, limit);
    await profiler.during('check', () => checkUnchanged(inputs));
    const publication = {
      ...{ written, removed, plan },
      columns: subject.columns,
      facts: gathered.facts,
      contents: await profiler.during('contents', () => contents),
      strict: options.strict ?? false,
    };
    const published = target
      ? await profiler.during('publish', () => target.publish(publication))
      : written.map(({ file }) => file);
    return {
      path: target ? dataset : null,
      report: runReport(plan, gathered.facts, outcome, gathered.filled, built.sets),
      written,
      removed: target ? removed : [],
      files: written.map(({ ds }, idx) => ({ ds, file: published[idx]! })),
      counters: {
        ...countersOf(plan, outcome, tasks, built.counts, record?.found() ?? 0),
        bytesRead,
      },
    };
  } catch (error) {
    throw await explained(error, inputs);
  } finally {
    hashing.abort();
    await contents.catch(() => undefined);
    await profiler.during('stop', async () => executor?.close());
    record?.close();
  }
}

/** Where tasks are done: threads are started where they are worth it. */
function executorFor(
  plan: PhysicalPlan,
  gathered: Gathered,
  workers: number,
  memory: WorkerMemory,
): (options: ExecutorOptions & { dir: string }) => Promise<Executor> {
  if (workers === 1 || isSmallWork(plan, gathered)) return inlineExecutor;
  return isMostlyScanning(plan, memory) ? lanesExecutor : threadsExecutor;
}

/** What decides how the work of a plan is cut, beside the plan. */
export function howOf(
  { memory, planOptions }: Pick<Making, 'memory' | 'planOptions'>,
  { strict = false }: RunOptions,
): Parameters<typeof runKey>[2] {
  return { strict, workers: planOptions.workers, memory: memory.worker };
}

/** Rows of a partition that are put together at once. */
function pieceRows(plan: PhysicalPlan, { taskBytes, leastRows }: WorkerMemory): number {
  return Math.max(leastRows, Math.floor(taskBytes / assembledBytes(plan.features)));
}

function anySignal(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

/** Where the session puts what does not fit in memory, from now to its end: DuckDB does not let it be changed. */
async function spillTo(session: Session, folder: string): Promise<void> {
  await session.connection.run(`SET temp_directory = ${quoteLiteral(folder)}`);
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another run works there, or it never was.
  }
}

/** Take away what is no more, where there is nothing to build. */
export async function remove(subject: Subject, making: Making, options: RunOptions): Promise<Made> {
  const { tiled, gathered, dataset, removed, profiler } = making;
  const target = await openTarget(dataset, `${subject.kind} ${subject.name}`);
  try {
    await profiler.during('publish', () =>
      target.publish({
        ...{ written: [], removed, plan: tiled.plan },
        columns: subject.columns,
        facts: gathered.facts,
        contents: new Map(),
        strict: options.strict ?? false,
      }),
    );
  } finally {
    await target.close('nothing');
  }
  return { ...NOTHING_MADE, path: dataset, removed };
}

/** Where there is nothing to build or to take away. */
export async function nothing(
  subject: Subject,
  { facts }: Gathered,
  dataset: string,
  options: RunOptions,
): Promise<Made> {
  if (options.planOnly || subject.tilesOnly) return NOTHING_MADE;
  await tidy(dataset, `${subject.kind} ${subject.name}`, facts);
  return { ...NOTHING_MADE, path: dataset };
}
