import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join as joinPath, resolve } from 'node:path';
import {
  contentHash,
  definitionHash,
  type GroupBySpec,
  type JoinSpec,
  TesseraError,
} from '@tessera/api';
import {
  type Entry,
  isServed,
  MOST_PARTS,
  SERVED_FORMAT,
  type ServedUnit,
  unitParts,
  VALUE_FORMAT,
} from '@tessera/kv-writer';
import { openDuckDb, openTmpFolder } from '@tessera/lake';
import type { PlanOptions } from '@tessera/planner';
import {
  type Executor,
  type ExecutorOptions,
  inlineExecutor,
  threadsExecutor,
} from '../executor.js';
import { checkUnchanged, checkWhole, type LakeFiles, scannedInputs } from '../inputs.js';
import { interruptOnAbort } from '../interrupt-on-abort.js';
import { memoryBudget, shareMemory, type WorkerMemory } from '../memory.js';
import { checkSignal } from '../process-state.js';
import { isSmallWork } from '../small-work.js';
import type { KeysResult } from '../tasks/result.js';
import { NOTHING_BUILT, type TilesBuilt } from '../tiles/build-tiles.js';
import { SEMANTICS_VERSION } from '../version.js';
import { buildPartTiles } from './build-tiles.js';
import { type EntriesOptions, encodeTasks } from './entries.js';
import { type PartWork, partWork } from './part-work.js';
import { gatherParts, type PlannedPart, planPart } from './plan-part.js';
import { type RunFile, readRun } from './run-file.js';
import type { EncodeOptions, EncodeProgress } from './upload-types.js';

/** What an upload will hold, known before a row of it is read. */
export interface PlannedUnit {
  /** Of the definition, the as-of instant and everything that is read: equal means equal entries. */
  readonly inputHash: string;
  /** Parts that are not online, by the names of their groupBys. */
  readonly leftOut: readonly string[];
  /** Make the entries, and hand them over while they are made. */
  encode<T>(use: (encoded: EncodedUnit) => Promise<T>): Promise<T>;
}

export interface EncodedUnit {
  readonly served: ServedUnit;
  /** Ascending by key, each run once; later runs are made meanwhile. */
  readonly runs: AsyncIterable<readonly Entry[]>;
  readonly tiles: TilesBuilt;
  readonly parts: readonly PartWork[];
}

/**
 * Plan what a join, or a groupBy, is served from. Nothing is read but footers before `encode` is called, within `use`.
 *
 * Throws   what a run over the same sources throws; EXACT_TAIL_ONLINE, NOTHING_ONLINE
 */
export async function withPlannedUnit<T>(
  definition: JoinSpec | GroupBySpec,
  options: EncodeOptions,
  use: (planned: PlannedUnit) => Promise<T>,
): Promise<T> {
  const workers = options.workers ?? Math.max(1, availableParallelism());
  const lake = resolve(options.lake ?? '.');
  const out = resolve(options.out ?? 'out');
  checkSignal(options.signal);
  const parts = unitParts(definition);
  const served = parts.filter(({ part }) => isServed(part));
  checkParts(definition, served);
  checkAsOf(options.asOfMs);
  const memory = shareMemory(memoryBudget(options.memory), workers, options.memoryShares);
  const session = await openDuckDb({ threads: workers, memoryBytes: memory.planningBytes });
  const interruption = interruptOnAbort(session, options.signal);
  const tiles = options.tiles ?? 'auto';
  const planOptions: PlanOptions = {
    ...{ buckets: 1, workers, taskBytes: memory.worker.taskBytes, strict: false, tiles },
    ...{ semantics: SEMANTICS_VERSION, prune: true, labelsOnly: false, covers: () => true },
  };
  try {
    const specs = served.map(({ part }) => part);
    const known = await gatherParts(session, definition, specs, { lake, out, tiles });
    const planning = { ...known, asOfMs: options.asOfMs, planOptions };
    const planned = served.map(({ part, idx }) => planPart(planning, part, idx));
    const plans = planned.map(({ tiled }) => tiled.plan);
    const files = scannedInputs(plans, known.gathered.files);
    await checkWhole(files);
    const inputHash = inputHashOf(definition, planned, options.asOfMs);
    const making = { workers, out, memory, planOptions, options, inputHash, files };
    const result = await use({
      inputHash: making.inputHash,
      leftOut: parts.filter(({ part }) => !isServed(part)).map(({ part }) => part.groupBy.name),
      encode: (consume) => encodeParts(definition, planned, making, consume),
    });
    await known.gathered.remember();
    return result;
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
  }
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-29T00:00:00Z');

/** An upload as of no instant would cut time anywhere; of years beyond these there are no day labels. */
function checkAsOf(asOfMs: number): void {
  if (Number.isInteger(asOfMs) && asOfMs >= FIRST_MS && asOfMs <= LAST_MS) return;
  throw new TesseraError('BAD_OPTION', {
    option: 'asOfMs',
    reason: `must be an instant as whole epoch ms, from year 1 to 9999: ${String(asOfMs)}`,
  });
}

function checkParts({ name }: JoinSpec | GroupBySpec, served: ReturnType<typeof unitParts>): void {
  if (served.length === 0) throw new TesseraError('NOTHING_ONLINE', { name });
  if (served.length > MOST_PARTS)
    throw new TesseraError('INTERNAL', { reason: `${name} has more than ${MOST_PARTS} parts` });
  const exact = served.filter(({ part: { groupBy } }) =>
    groupBy.aggregations.some(
      ({ tail, windows }) =>
        (tail ?? groupBy.tail) === 'exact' && windows.some((window) => window !== null),
    ),
  );
  if (exact.length > 0)
    throw new TesseraError('EXACT_TAIL_ONLINE', {
      name,
      groupBys: exact.map(({ part }) => part.groupBy.name),
    });
}

function inputHashOf(
  definition: JoinSpec | GroupBySpec,
  planned: readonly PlannedPart[],
  asOfMs: number,
): string {
  return contentHash({
    definition: definitionHash(definition),
    asOfMs,
    formats: [SERVED_FORMAT, VALUE_FORMAT, SEMANTICS_VERSION],
    files: planned.map(({ files }) =>
      files.map(({ path, fingerprint, bytes, stat }) => [path, fingerprint, bytes, stat]),
    ),
  });
}

/** Without their dates: a file that was only copied is the same. */
function filesHash({ files }: PlannedPart): string {
  return contentHash(files.map(({ path, fingerprint, bytes }) => [path, fingerprint, bytes]));
}

interface Making {
  readonly workers: number;
  readonly out: string;
  readonly memory: ReturnType<typeof shareMemory>;
  readonly planOptions: PlanOptions;
  readonly options: EncodeOptions;
  readonly inputHash: string;
  readonly files: readonly LakeFiles[];
}

async function encodeParts<T>(
  definition: JoinSpec | GroupBySpec,
  planned: readonly PlannedPart[],
  { workers, out, memory, planOptions, options, inputHash, files }: Making,
  consume: (encoded: EncodedUnit) => Promise<T>,
): Promise<T> {
  const { signal, asOfMs } = options;
  const owner = `upload ${definition.name}`;
  const { path: dir, close } = openTmpFolder(resolve(options.tmp ?? joinPath(out, '.tmp')), owner);
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  let executor: Executor | null = null;
  try {
    const threads = { workers, dir, spill: dir, memory: memory.worker, signal: either };
    const isSmall = planned.every(({ tiled, gathered }) => isSmallWork(tiled.plan, gathered));
    executor =
      workers === 1 || isSmall ? await inlineExecutor(threads) : await threadsExecutor(threads);
    const tell = (progress: EncodeProgress) => options.onProgress?.(progress);
    const { parts, built } = await buildPartTiles(planned, {
      ...{ name: definition.name, out, owner, planOptions, executor, signal: either },
      onProgress: (done, total) => tell({ stage: 'tiles', done, total }),
    });
    const works = parts.map((part) => partWork(part, asOfMs, workers));
    const taskBytes = memory.worker.taskBytes;
    const numberKeys = keyNumbering(executor, threads, memory.planningBytes);
    const tasks = await encodeTasks(
      works,
      { executor, numberKeys, dir, taskBytes },
      (done, total) => tell({ stage: 'keys', done, total }),
    );
    const served: ServedUnit = {
      format: SERVED_FORMAT,
      kind: definition.kind,
      name: definition.name,
      definitionHash: definitionHash(definition),
      inputHash,
      asOfMs,
      parts: works.map(({ spec }) => spec),
      files: parts.map(filesHash),
    };
    const queue = runQueue(tasks.length);
    let done = 0;
    const running = executor
      .run<RunFile>(tasks, (file, idx) => {
        queue.ready(idx, file);
        tell({ stage: 'encode', done: ++done, total: tasks.length });
      })
      .catch((error: unknown) => queue.fail(error));
    try {
      const result = await consume({
        served,
        // Entries of two versions of a file would be those of neither: nobody may count them as whole.
        runs: queue.runs(() => checkUnchanged(files)),
        tiles: built ?? NOTHING_BUILT,
        parts: works,
      });
      await running;
      queue.check();
      return result;
    } finally {
      // Whoever consumes them may have failed: nothing is made for nobody.
      stop.abort();
      await running;
    }
  } finally {
    await executor?.close();
    close();
  }
}

/** Keys are numbered one table after the other; workers, which have nothing to do yet, leave one DuckDB the cores of all. */
function keyNumbering(
  executor: Executor,
  threads: ExecutorOptions & { readonly memory: WorkerMemory; readonly dir: string },
  duckDbBytes: number,
): EntriesOptions['numberKeys'] {
  return async (tasks, onDone) => {
    if (executor.workers === 1) return executor.run<KeysResult>(tasks, onDone);
    const { workers, dir } = threads;
    const memory = { ...threads.memory, duckDbBytes };
    const own = { ...threads, workers: 1, threads: workers, memory, spill: joinPath(dir, 'keys') };
    const numbering = await inlineExecutor(own);
    try {
      return await numbering.run<KeysResult>(tasks, onDone);
    } finally {
      await numbering.close();
    }
  };
}

/** Files in the order of their tasks, whichever are finished first. */
function runQueue(count: number) {
  const files = new Array<RunFile | null>(count).fill(null);
  let failure: { readonly error: unknown } | null = null;
  let wake: (() => void) | null = null;
  const stir = () => {
    wake?.();
    wake = null;
  };
  return {
    ready(idx: number, file: RunFile) {
      files[idx] = file;
      stir();
    },
    fail(error: unknown) {
      failure ??= { error };
      stir();
    },
    check() {
      if (failure !== null) throw failure.error;
    },
    async *runs(atEnd: () => Promise<void>): AsyncGenerator<readonly Entry[]> {
      for (let idx = 0; idx < count; idx++) {
        for (;;) {
          if (failure !== null) throw failure.error;
          const file = files[idx];
          if (file !== null && file !== undefined) {
            yield* readRun(file.file);
            rmSync(file.file);
            break;
          }
          await new Promise<void>((resolveWait) => {
            wake = resolveWait;
          });
        }
      }
      await atEnd();
    },
  };
}
