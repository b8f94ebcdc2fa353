import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  type GroupBySpec,
  type JoinSpec,
  labelWarnings,
  leftColumns,
  TesseraError,
} from '@tessera/api';
import { datasetPath, openDuckDb, partitionPath, summarise } from '@tessera/lake';
import type { PhysicalPlan, PlanOptions, TilePolicy } from '@tessera/planner';
import { type ResultFile, resultBatches } from './batches.js';
import { checkNotNull } from './check-not-null.js';
import {
  checkBuildOptions,
  checkDefinition,
  checkLabelsOnly,
  checkOptions,
} from './check-options.js';
import { inRange } from './days.js';
import { type EarlyThreads, earlyThreads } from './early-threads.js';
import { estimateRun } from './estimate-run.js';
import { exportFiles } from './export.js';
import { checkFeaturesFresh } from './features-fresh.js';
import { gatherFacts } from './gather.js';
import { checkWhole, inputsOf } from './inputs.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { howOf, make, nothing, remove } from './make.js';
import { memoryBudget, shareMemory } from './memory.js';
import { planSummary } from './plan-summary.js';
import { hold, previewFolder, replay } from './preview.js';
import { checkSignal, peakBytes } from './process-state.js';
import { profileOf, profilerOf } from './profile/profile-of.js';
import { finishOthers, publishedFacts } from './publish.js';
import type { NamedType } from './read-typed.js';
import { factsFolder } from './remembered-facts.js';
import { machineName, rememberedSpeed } from './remembered-speed.js';
import { resumableTasks } from './resume/resumable.js';
import { runKey } from './resume/run-key.js';
import type { ColumnSummary, RunOptions, RunResult } from './run-types.js';
import { type Subject, standAlone, subjectOf, trainingSet } from './subject.js';
import { sum } from './sum.js';
import { clearUpTiles } from './tiles/clear-up-tiles.js';
import { buildsTiles, onlyBuilds } from './tiles/only-builds.js';
import { planTiled } from './tiles/plan-tiled.js';
import { NO_SETS, openTileSets, tileStore } from './tiles/tile-sets.js';
import { tilesTold } from './tiles/tiles-told.js';
import { SEMANTICS_VERSION } from './version.js';

/**
 * Make a training set: one row per left row of the range, each with what was known at its own instant, published as
 * Parquet under `<out>/train-sets/<join>/ds=…`. Partitions that are up to date are left alone.
 *
 * Throws   TesseraError: user errors of the data or the call, DATASET_LOCKED, INTERRUPTED after `signal` …; nothing is
 *          half-written then.
 */
export async function trainSet(join: JoinSpec, options: RunOptions = {}): Promise<RunResult> {
  checkDefinition('join', join);
  return run(trainingSet(join), options);
}

/** The stand-alone values of a groupBy, per key at the end of each day (S3.4), under `<out>/group-bys/<name>/ds=…`. */
export async function backfill(groupBy: GroupBySpec, options: RunOptions = {}): Promise<RunResult> {
  checkDefinition('groupBy', groupBy);
  return run(standAlone(groupBy), options);
}

/**
 * Build the tiles that a join or groupBy can use, of all it reads for the range, and publish nothing: what comes later then
 * reads them instead of rows. The plan's partitions are those of events, and `toBuild` those whose tiles are missing or stale.
 *
 * Throws   as `trainSet`, and BAD_OPTION for what has to do with a result
 */
export async function buildTiles(
  definition: JoinSpec | GroupBySpec,
  options: RunOptions = {},
): Promise<RunResult> {
  checkDefinition(definition.kind === 'join' ? 'join' : 'groupBy', definition);
  checkBuildOptions(options);
  return run({ ...subjectOf(definition), tilesOnly: true }, options);
}

/** Where a run does not say: a preview leaves nothing behind, tiles included. */
function tilePolicy(
  { kind, tilesOnly }: Subject,
  { tiles, limit, labelsOnly }: RunOptions,
): TilePolicy {
  if (labelsOnly) return 'off';
  if (tiles !== undefined) return tiles;
  const isBuilding = tilesOnly === true || (kind === 'backfill' && limit === undefined);
  return isBuilding ? 'build' : 'auto';
}

async function run(subject: Subject, options: RunOptions): Promise<RunResult> {
  checkOptions(options);
  checkLabelsOnly(subject.tilesOnly ? null : subject.join, options);
  const profiler = profilerOf(options);
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
  const endPlan = profiler.begin('plan');
  const memory = shareMemory(memoryBudget(options.memory), workers, options.memoryShares);
  const session = await openDuckDb({ threads: workers, memoryBytes: memory.planningBytes });
  const interruption = interruptOnAbort(session, options.signal);
  const atEnd: (() => void | Promise<void>)[] = [];
  const preview = options.limit === undefined ? null : previewFolder();
  let early: EarlyThreads | null = null;
  try {
    const tiles = tilePolicy(subject, options);
    const store = tileStore(out);
    const sets = tiles === 'off' ? NO_SETS : await openTileSets(store, subject);
    if (!subject.tilesOnly && !options.planOnly && options.limit === undefined)
      await finishOthers(dataset, `${subject.kind} ${subject.name}`);
    const published = subject.tilesOnly ? null : await publishedFacts(dataset);
    early = earlyThreads(workers, subject, options, published !== null);
    const gathered = await gatherFacts(
      session,
      subject,
      { ...options, lake, factsFolder: factsFolder(out), onFirst: early.onFirst },
      published,
      sets,
    );
    const planOptions: PlanOptions = {
      buckets: options.buckets ?? null,
      workers,
      taskBytes: memory.worker.taskBytes,
      strict: options.strict ?? false,
      semantics: SEMANTICS_VERSION,
      tiles,
      prune: options.prune ?? true,
      labelsOnly: options.labelsOnly ?? false,
      covers: (ds) => inRange(ds, options),
    };
    const tiled = planTiled(subject, gathered, planOptions, sets);
    const plan = subject.tilesOnly ? onlyBuilds(tiled.plan) : tiled.plan;
    checkFeaturesFresh(plan, dataset);
    if (options.limit === undefined) checkOutdated(plan, dataset, options);
    await profiler.during('check', async () => {
      await checkWhole(inputsOf(plan, gathered.files));
      await checkNotNull(session, plan, gathered);
    });
    const machine = await rememberedSpeed(factsFolder(out), machineName(workers));
    const isRecorded =
      options.limit === undefined && options.tmp === undefined && subject.tilesOnly !== true;
    const warnings = subject.join === null ? [] : labelWarnings(subject.join);
    const planned = planSummary(plan, gathered.facts, {
      columns: subject.columns,
      workers,
      warnings,
      tiles: tilesTold(subject, tiled, { facts: gathered.facts, sets, policy: tiles }),
      // A preview reads no more than it shows, which is found out on the way.
      estimate:
        options.limit === undefined
          ? estimateRun(plan, gathered, {
              ...{ workers, memory, speed: machine.speed, planSeconds: elapsed() / 1000 },
              tilesOnly: subject.tilesOnly === true,
              summary: options.summary === true,
            })
          : null,
    });
    const summary = {
      ...planned,
      resumed: resumableTasks(
        plan,
        { dataset, store },
        isRecorded ? () => runKey(plan, gathered, howOf({ memory, planOptions }, options)) : null,
      ),
    };
    checkSignal(options.signal);
    endPlan();
    options.onPlan?.(summary);
    const removed = summary.removed.flatMap(({ days }) => days);
    const isBuilding = subject.tilesOnly
      ? buildsTiles(plan)
      : plan.partitions.some(({ reason }) => reason !== null);
    const made =
      options.planOnly || (!isBuilding && removed.length === 0 && options.limit === undefined)
        ? await nothing(subject, gathered, dataset, options)
        : await (isBuilding || options.limit !== undefined ? make : remove)(
            subject,
            {
              ...{ tiled: { ...tiled, plan }, planOptions, removed, gathered, session, memory },
              ...{ dataset, out, store, sets, elapsed, preview, atEnd, profiler, early },
            },
            options,
          );
    if (!options.planOnly && options.limit === undefined) {
      await gathered.remember();
      await clearUpTiles(store, sets, `${subject.kind} ${subject.name}`);
    }
    // Of an incremental run the result is the whole range, not only what was missing.
    const files =
      options.limit === undefined && !options.planOnly && !subject.tilesOnly
        ? publishedFiles(dataset, plan)
        : made.files;
    if (isExport(options) && made.path !== null && !options.planOnly) {
      const { format } = options;
      const from = { dataset, files, columns: resultColumns(subject) };
      await profiler.during('export', () =>
        exportFiles({ session, signal: options.signal }, from, format),
      );
    }
    const columns = resultColumns(subject);
    const paths = made.files.map(({ file }) => file);
    const rows =
      options.summary && paths.length > 0
        ? await profiler.during('summary', () => summarise(session, paths, columns))
        : null;
    const { estimate } = summary;
    // An export, or what another run has finished, is no part of an estimate.
    const isForetold = isBuilding && !isExport(options) && made.counters.tasksResumed === 0;
    if (isForetold && !options.planOnly && estimate !== null)
      await machine.learn(estimate, elapsed() / 1000);
    // The files of a preview do not outlive the run.
    const held = preview === null ? null : await hold(resultBatches(files, columns));
    const roles = new Map(columns.map(({ name, role }) => [name, role]));
    const profile = await profileOf(profiler, `tessera ${subject.kind} ${subject.name}`, options);
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
      profile,
      batches: held === null ? () => resultBatches(files, columns) : () => replay(held),
    };
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    await early?.end();
    interruption.end();
    session.close();
    for (const end of atEnd) await end();
    if (preview !== null) rmSync(preview, { recursive: true, force: true });
  }
}

/** Whether what is published is copied into another format as well. */
function isExport(options: RunOptions): options is RunOptions & { format: 'csv' | 'arrow' } {
  return options.format !== undefined && options.format !== 'parquet';
}

/** Partitions of two definitions in one dataset would be read as one. Throws MIXED_DEFINITIONS. */
function checkOutdated({ outdated }: PhysicalPlan, path: string, options: RunOptions): void {
  if (outdated === null || options.replace) return;
  throw new TesseraError('MIXED_DEFINITIONS', { path, ...outdated });
}

function publishedFiles(dataset: string, plan: PhysicalPlan): ResultFile[] {
  return plan.partitions.map(({ ds }) => ({ ds, file: partitionPath(dataset, ds) }));
}

function resultColumns(subject: Subject): (NamedType & Pick<ColumnSummary, 'role'>)[] {
  const source = subject.groupBy?.source;
  const left = subject.join
    ? leftColumns(subject.join).map(({ name, type }) => ({ name, type, role: 'left' as const }))
    : (subject.groupBy?.keys ?? []).flatMap((name) => {
        const column = source?.columns.find((c) => c.name === name);
        return column ? [{ name, type: column.type, role: 'key' as const }] : [];
      });
  return [
    ...left,
    ...subject.columns.map(({ name, type, partIdx }) => {
      const isLabel = subject.join !== null && partIdx >= subject.join.parts.length;
      return { name, type, role: isLabel ? ('label' as const) : ('feature' as const) };
    }),
  ];
}
