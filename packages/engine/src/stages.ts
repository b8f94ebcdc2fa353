import { formatDay, type JoinSpec, type SourceSpec, TesseraError } from '@tessera/api';
import type { Relation } from '@tessera/lake';
import {
  type FileFacts,
  type LakeFacts,
  type PhysicalPlan,
  partName,
  type ScanPlan,
  type SourceFacts,
} from '@tessera/planner';
import type { Executor } from './executor.js';
import type { Progress, StageName } from './run-types.js';
import type { KeysResult, LeftResult, ScatterResult, SweepResult } from './tasks/result.js';
import type {
  AssembleTask,
  LeftPartition,
  LeftScan,
  ScatterTask,
  Section,
  SourceCounts,
  SweepTask,
  TableRef,
  Task,
} from './tasks/task.js';

/** Everything the stages need beside the plan. */
export interface StageOptions {
  readonly facts: LakeFacts;
  readonly executor: Executor;
  /** Tables of the session instead of files: in-memory runs. */
  readonly inMemory: boolean;
  readonly limit: number | null;
  readonly strict: boolean;
  /** What the parts say of missing snapshot days, by part name. */
  readonly missing: Readonly<Record<string, 'error' | 'null' | 'empty'>>;
  readonly relation: (sourceId: string, fileIdx: readonly number[]) => Relation;
  /** Partition labels that a source has. */
  readonly presentDays: (sourceId: string) => ReadonlySet<string | null>;
  readonly onProgress: (
    progress: Pick<Progress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>,
  ) => void;
}

export interface StageOutcome {
  readonly partitions: readonly (LeftPartition & {
    readonly rows: number;
    readonly inputs: string;
  })[];
  readonly left: readonly LeftResult[];
  readonly scans: Readonly<Record<string, readonly ScatterResult[]>>;
  readonly sweeps: readonly { readonly task: SweepTask; readonly result: SweepResult }[];
  readonly missingSnapshots: readonly { readonly part: string; readonly days: readonly string[] }[];
  readonly keys: Readonly<Record<string, TableRef>>;
  readonly dictionaries: Readonly<Record<string, TableRef>>;
  readonly tasks: number;
  /** Assemble tasks, without a file. */
  readonly assemble: readonly AssembleTask[];
}

const LEFT_ROWS_PER_TASK = 250_000;
const EVENT_ROWS_PER_TASK = 3_000_000;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function tableRef(options: StageOptions, name: string): TableRef {
  return options.inMemory ? { kind: 'table', name } : { kind: 'exchange', name: `${name}.parquet` };
}

/** Neighbouring items in groups of about `size` rows; items of one `unit` stay together. */
function group<T>(
  items: readonly T[],
  rowsOf: (item: T) => number,
  unitOf: (item: T) => string,
  size: number,
): T[][] {
  const groups: T[][] = [];
  let rows = 0;
  let unit: string | null = null;
  for (const item of items) {
    const last = groups.at(-1);
    if (last && (rows < size || unitOf(item) === unit)) last.push(item);
    else {
      groups.push([item]);
      rows = 0;
    }
    rows += rowsOf(item);
    unit = unitOf(item);
  }
  return groups;
}

function sourceFacts(facts: LakeFacts, sourceId: string): SourceFacts {
  const found = facts.sources[sourceId];
  if (!found) throw new TesseraError('INTERNAL', { reason: `no facts for ${sourceId}` });
  return found;
}

/** Left partitions to build, in groups that one task reads. */
function leftGroups(
  plan: PhysicalPlan,
  options: StageOptions,
): { partitions: LeftPartition[]; from: LeftScan | null }[] {
  const building = plan.partitions.filter((partition) => partition.reason !== null);
  const numbered = building.map((partition, idx) => ({ ...partition, idx }));
  const { left } = plan;
  if (left.kind === 'grid')
    return [{ partitions: numbered.map(({ idx, ds }) => ({ idx, ds })), from: null }];
  const perTask =
    options.limit === null && left.hive ? LEFT_ROWS_PER_TASK : Number.POSITIVE_INFINITY;
  const groups = group(
    numbered,
    (p) => p.rows,
    (p) => p.ds,
    perTask,
  );
  return groups.map((members) => ({
    partitions: members.map(({ idx, ds }) => ({ idx, ds })),
    from: {
      source: left.source,
      relation: options.relation(
        left.sourceId,
        [...new Set(members.flatMap((p) => p.fileIdx))].sort((a, b) => a - b),
      ),
      ...(options.limit !== null && members[0] && { firstDay: members[0].ds }),
    },
  }));
}

/** A window function over a partition must see all of it. */
function wholePartitions(source: SourceSpec): boolean {
  return source.eventId !== undefined || source.dedupe !== undefined;
}

function scatterTasks(
  plan: PhysicalPlan,
  scan: ScanPlan,
  outcome: Pick<StageOutcome, 'keys' | 'dictionaries'>,
  options: StageOptions,
): ScatterTask[] {
  const facts = sourceFacts(options.facts, scan.sourceId);
  const rowsOf = (idx: number) => facts.files[idx]?.rows ?? 0;
  const dsOf = (idx: number) => facts.files[idx]?.ds ?? '';
  const total = sum(scan.fileIdx.map(rowsOf));
  const size = Math.max(
    200_000,
    Math.min(EVENT_ROWS_PER_TASK, Math.ceil(total / (options.executor.workers * 4))),
  );
  const whole = wholePartitions(scan.source);
  const unit = whole ? dsOf : (idx: number) => String(idx);
  // Without ds folders a partition is a day of any file (S1.6).
  const groups =
    whole && !facts.hive
      ? [[...scan.fileIdx]].filter((g) => g.length > 0)
      : group(scan.fileIdx, rowsOf, unit, size);
  const { fileIdx: _, ...task } = scan;
  const used = new Set(
    scan.lanes.flatMap((lane) => (lane.read.how === 'code' ? [lane.read.dictionary] : [])),
  );
  return groups.map((fileIdx, idx) => ({
    type: 'scatter',
    id: `${scan.id}.${idx}`,
    scan: task,
    relation: options.relation(scan.sourceId, fileIdx),
    keys: outcome.keys[scan.keySet]!,
    dictionaries: Object.fromEntries([...used].map((id) => [id, outcome.dictionaries[id]!])),
    buckets: plan.buckets,
    counts: options.inMemory
      ? NOT_COUNTED
      : footerCounts(
          scan,
          fileIdx.map((at) => facts.files[at]!),
        ),
  }));
}

/** An in-memory run has no report. */
const NOT_COUNTED: SourceCounts = {
  rowsRead: 0,
  rowsWithoutTime: 0,
  rowsWithNullKey: 0,
  duplicateEvents: 0,
};

/** Last instant that counts as a time (S1.3). */
const LAST_TIME_MS = Date.UTC(2201, 0, 1) - 1;

/** What the files' footers say of their rows; null where only reading them can tell. */
function footerCounts(scan: ScanPlan, files: readonly FileFacts[]): SourceCounts | null {
  const { source, keys } = scan;
  if (source.where !== undefined || source.eventId !== undefined || source.dedupe !== undefined)
    return null;
  let rowsWithoutTime = 0;
  const keyNulls = keys.map(() => 0);
  for (const file of files) {
    if (source.time !== undefined) {
      const nulls = file.timeNulls ?? null;
      const legal =
        nulls === file.rows ||
        ((file.minTimeMs ?? -1) >= 0 &&
          (file.maxTimeMs ?? Number.POSITIVE_INFINITY) <= LAST_TIME_MS);
      if (nulls === null || !legal) return null;
      rowsWithoutTime += nulls;
    }
    for (const [at, key] of keys.entries()) {
      const nulls = file.keyNulls?.[key];
      if (nulls === undefined || nulls === null) return null;
      keyNulls[at]! += nulls;
    }
  }
  // Of two key columns with nulls only the rows tell how many have both.
  if (keyNulls.filter((nulls) => nulls > 0).length > 1) return null;
  return {
    rowsRead: sum(files.map((file) => file.rows)),
    rowsWithoutTime,
    rowsWithNullKey: Math.max(0, ...keyNulls),
    duplicateEvents: 0,
  };
}

/** S3.2: partitions that rows read and that do not exist. */
function missingSnapshots(
  plan: PhysicalPlan,
  left: readonly LeftResult[],
  options: StageOptions,
): { reported: StageOutcome['missingSnapshots']; nullDays: Record<string, number[]> } {
  const reported: { part: string; days: string[] }[] = [];
  const nullDays: Record<string, number[]> = {};
  const problems: TesseraError[] = [];
  for (const scan of plan.scans) {
    if (!scan.byPartition) continue;
    const have = options.presentDays(scan.sourceId);
    const needed = new Set(left.flatMap((result) => result.snapshotDays[scan.keySet] ?? []));
    const numbers = [...needed].sort((a, b) => a - b).filter((day) => !have.has(formatDay(day)));
    if (numbers.length === 0) continue;
    const days = numbers.map(formatDay);
    nullDays[scan.id] = numbers;
    for (const part of scan.parts) {
      if (options.missing[part] === 'null') reported.push({ part, days });
      else if (options.missing[part] === 'empty') delete nullDays[scan.id];
      else
        problems.push(
          new TesseraError(
            'MISSING_SNAPSHOT',
            { source: scan.source.name, days, part },
            { at: part },
          ),
        );
    }
  }
  const [first] = problems;
  if (first)
    throw problems.length === 1
      ? first
      : new TesseraError(first.code, first.params, { at: first.at }, problems);
  return { reported, nullDays };
}

export const missingPolicy = (join: JoinSpec): Record<string, 'error' | 'null'> =>
  Object.fromEntries(join.parts.map((part) => [partName(part), part.missing]));

/**
 * Run a plan up to the point where only the output has to be written: keys → left rows and dictionaries → events per
 * bucket → sweeps. Returns the assemble tasks and everything that was counted.
 */
export async function runStages(plan: PhysicalPlan, options: StageOptions): Promise<StageOutcome> {
  const { executor } = options;
  let tasks = 0;
  const stage = async <R>(
    name: StageName,
    list: readonly Task[],
    rowsOf: (result: R) => number,
  ): Promise<R[]> => {
    let done = 0;
    let rows = 0;
    options.onProgress({ stage: name, tasksDone: 0, tasksTotal: list.length, rows: 0 });
    tasks += list.length;
    return executor.run<R>(list, (result) => {
      done++;
      rows += rowsOf(result);
      options.onProgress({ stage: name, tasksDone: done, tasksTotal: list.length, rows });
    });
  };

  const groups = leftGroups(plan, options);
  const allLeft = groups.flatMap(({ from }) => (from ? [from] : []));
  const keys: Record<string, TableRef> = {};
  for (const keySet of plan.keySets) keys[keySet.id] = tableRef(options, `keys_${keySet.id}`);
  const keyTasks: Task[] = plan.keySets.map((keySet) => ({
    type: 'keys',
    keySet,
    out: keys[keySet.id]!,
    ...keysFrom(plan, keySet.id, allLeft, options),
  }));
  await stage<KeysResult>('keys', keyTasks, (result) => result.keys);

  const dictionaries: Record<string, TableRef> = {};
  const dictionaryTasks: Task[] = plan.dictionaries.flatMap((dictionary, idx): Task[] => {
    const scan = plan.scans.find((s) => s.id === dictionary.scan)!;
    // Without a file in range nothing is read, so nothing needs codes either.
    if (scan.fileIdx.length === 0) return [];
    const out = tableRef(options, `dictionary_${idx}`);
    dictionaries[dictionary.id] = out;
    const relation = options.relation(scan.sourceId, scan.fileIdx);
    return [
      {
        type: 'dictionary',
        dictionary,
        scan: { source: scan.source, relation, startMs: scan.startMs, endMs: scan.endMs },
        out,
      },
    ];
  });
  if (dictionaryTasks.length > 0)
    await stage<{ strings: number }>('dictionaries', dictionaryTasks, (r) => r.strings);

  const leftTasks: Task[] = groups.map(({ partitions, from }, idx) => ({
    type: 'left',
    id: String(idx),
    from,
    keySets: plan.keySets.map((keySet) => ({ keySet, table: keys[keySet.id]! })),
    partitions,
    buckets: plan.buckets,
    limit: options.limit,
  }));
  const left = await stage<LeftResult>('left', leftTasks, (result) =>
    sum(Object.values(result.rows)),
  );
  const missing = missingSnapshots(plan, left, options);

  const scatter = plan.scans.map((scan) => ({
    scan,
    tasks: scatterTasks(plan, scan, { keys, dictionaries }, options),
  }));
  const scattered = await stage<ScatterResult>(
    'scan',
    scatter.flatMap((s) => s.tasks),
    (result) => result.rowsRead,
  );
  const scans: Record<string, ScatterResult[]> = {};
  let at = 0;
  for (const { scan, tasks: own } of scatter) {
    scans[scan.id] = scattered.slice(at, at + own.length);
    at += own.length;
  }

  const partitionCount = groups.reduce((n, g) => n + g.partitions.length, 0);
  const sweepTasks = plan.scans.flatMap((scan) =>
    Array.from(
      { length: plan.buckets },
      (_, bucket): SweepTask => ({
        type: 'sweep',
        id: `${scan.id}.${bucket}`,
        scanId: scan.id,
        events: sectionsOf(scans[scan.id] ?? [], bucket),
        left: left.flatMap((result) => result.sections[scan.keySet]?.[bucket] ?? []),
        features: plan.features.filter((feature) => feature.scan === scan.id),
        lanes: scan.lanes,
        queries: scan.queries,
        missingDays: missing.nullDays[scan.id] ?? [],
        tie: scan.tie,
        partitions: partitionCount,
        strict: options.strict,
      }),
    ),
  );
  const swept = await stage<SweepResult>('join', sweepTasks, (result) => result.counts.leftRows);
  const sweeps = sweepTasks.map((task, idx) => ({ task, result: swept[idx]! }));

  const rows = new Map<number, number>();
  for (const result of left)
    for (const [idx, n] of Object.entries(result.rows)) rows.set(Number(idx), n);
  const partitions = groups.flatMap(({ partitions: members, from }) =>
    members.map((member) => {
      const planned = plan.partitions.find((p) => p.ds === member.ds);
      return { ...member, rows: rows.get(member.idx) ?? 0, inputs: planned?.inputs ?? '', from };
    }),
  );
  // A preview asks for as many partitions as may be needed.
  const shown = partitions.filter((partition) => options.limit === null || partition.rows > 0);
  const assemble = shown.map(
    (partition): AssembleTask => ({
      type: 'assemble',
      partition: { idx: partition.idx, ds: partition.ds },
      rows: partition.rows,
      left: partition.from ? leftOf(plan, partition.ds, options) : null,
      grid: null,
      leftColumns:
        plan.left.kind === 'source'
          ? plan.left.source.columns.map((c) => c.name).filter((name) => name !== 'ds')
          : [],
      limit: options.limit,
      blocks: blocksOf(plan, sweeps, partition.idx),
      features: plan.features,
      dictionaries,
      file: null,
    }),
  );
  return {
    partitions,
    left,
    scans,
    sweeps,
    missingSnapshots: missing.reported,
    keys,
    dictionaries,
    tasks,
    assemble: assemble.map((task) => withGrid(plan, task, keys)),
  };
}

function sectionsOf(results: readonly ScatterResult[], bucket: number): Section[] {
  return results.flatMap((result) => result.sections[bucket] ?? []);
}

function blocksOf(
  plan: PhysicalPlan,
  sweeps: StageOutcome['sweeps'],
  partition: number,
): Record<string, Section[]> {
  const blocks: Record<string, Section[]> = {};
  for (const scan of plan.scans) {
    blocks[scan.id] = sweeps.flatMap(({ task, result }) =>
      task.scanId === scan.id ? (result.sections[partition] ?? []) : [],
    );
  }
  return blocks;
}

/** Only the partition's own files where the left has ds folders. */
function leftOf(plan: PhysicalPlan, ds: string, options: StageOptions): LeftScan | null {
  if (plan.left.kind !== 'source') return null;
  const partition = plan.partitions.find((p) => p.ds === ds);
  return {
    source: plan.left.source,
    relation: options.relation(plan.left.sourceId, partition?.fileIdx ?? []),
  };
}

function withGrid(
  plan: PhysicalPlan,
  task: AssembleTask,
  keys: Readonly<Record<string, TableRef>>,
): AssembleTask {
  if (plan.left.kind !== 'grid') return task;
  const { keySet: id } = plan.left;
  const keySet = plan.keySets.find((k) => k.id === id)!;
  return { ...task, grid: { keySet, names: keySet.columns, table: keys[id]! } };
}

/** Where the keys of a key set are found: in all left rows of the run, or (grid) in the source itself. */
function keysFrom(
  plan: PhysicalPlan,
  keySet: string,
  left: readonly LeftScan[],
  options: StageOptions,
) {
  if (plan.left.kind === 'grid') {
    const scan = plan.scans.find((s) => s.keySet === keySet)!;
    return {
      from: { source: scan.source, relation: options.relation(scan.sourceId, scan.fileIdx) },
      grid: { keys: scan.keys, startMs: scan.startMs, endMs: scan.endMs },
    };
  }
  const building = plan.partitions.filter((p) => p.reason !== null);
  const files = [...new Set(building.flatMap((p) => p.fileIdx))].sort((a, b) => a - b);
  const [first] = left;
  if (!first) throw new TesseraError('INTERNAL', { reason: 'no left partition to read' });
  return {
    from: { source: first.source, relation: options.relation(plan.left.sourceId, files) },
    grid: null,
  };
}
