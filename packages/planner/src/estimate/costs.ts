/**
 * Nanoseconds of one thread for one unit of work.
 *
 * Measured as CPU time of runs on two threads of an EPYC, Node 20, data in the page cache; a unit is what two runs
 * differ by that differ in one thing (rows, files, columns of each kind, operations, partitions, width of the output).
 * Benchmarks print what each stage was foretold to take beside its wall and CPU time: where a stage is off on a quiet
 * machine, it is the units of `stage-work.ts` that it is made of which have changed (docs/estimates.md).
 */
export const NANOS = {
  /** A task: started, its answer taken, its table or blocks opened. */
  task: 2e6,
  /** A file that DuckDB opens. */
  file: 0.3e6,
  /** A row, per column of a key set, while distinct keys are found. */
  keyCell: 60,
  dictionaryRow: 28,
  leftRow: 160,
  /** A left row, per key set, whose code is looked up. */
  leftCode: 100,
  scanRow: 75,
  /** A row whose key is asked for. */
  keptRow: 60,
  /** The same, per column read: numbers and flags, strings as codes of a dictionary, strings as slots of a sketch, lists. */
  plainLane: 45,
  codeLane: 85,
  sketchLane: 600,
  listLane: 400,
  tile: 300,
  tileState: 80,
  builtRow: 350,
  builtState: 70,
  /** A file of tiles, written and put in place. */
  builtPlace: 6e6,
  sortedEvent: 25,
  sortedLeft: 100,
  /** An event or a left row, per window. */
  windowRow: 2,
  /** An event, per lane that features read. */
  laneEvent: 12,
  /** A tile and a left row, per feature that tiles are read for. */
  tileFeature: 200,
  leftOfTiles: 200,
  /** Operations tell theirs in nanoseconds (`operation-costs.ts`). */
  operation: 1,
  /** A partition, written and synced. */
  partition: 5e6,
  /** The same, put in place, one after the other. */
  published: 2.2e6,
  /** A value written: of the left, numbers, strings, lists, maps. */
  leftCell: 70,
  plainCell: 65,
  stringCell: 200,
  listCell: 600,
  mapCell: 2800,
  /** Contents of files that were never read before, hashed beside the stages. */
  hashedByte: 0.35,
  /** A cell of the result, read once more for the table of its columns. */
  summaryCell: 80,
} as const;

export type Unit = keyof typeof NANOS;
export type Amounts = Readonly<Partial<Record<Unit, number>>>;

/** The sum of several. */
export function amounts(...parts: readonly Amounts[]): Amounts {
  const sum: Partial<Record<Unit, number>> = {};
  // What is listed are the units of the record's own type.
  for (const part of parts)
    for (const [unit, amount] of Object.entries(part) as [Unit, number][])
      sum[unit] = (sum[unit] ?? 0) + amount;
  return sum;
}

/** Workers and their DuckDB are ready after this, and loops are compiled that first run slowly. */
export const START_SECONDS = { inline: 0.1, threads: 0.25 };

/** What a worker beside another adds: they share caches, memory and, where these are half of one, cores. */
const SHARE = 0.8;

/** Seconds of one thread as those of several. */
export function inParallel(seconds: number, threads: number): number {
  return seconds / (1 + SHARE * (Math.max(1, threads) - 1));
}

/** How a stage takes longer where its tasks have to do with less memory than they would use: the power of by how much. */
export const UNDER_PRESSURE = { scan: 0.1, join: 1, write: 0.35 };

/** Of one thread. */
export function secondsOf(work: Amounts): number {
  let nanos = 0;
  // As above.
  for (const [unit, amount] of Object.entries(work) as [Unit, number][])
    nanos += NANOS[unit] * amount;
  return nanos / 1e9;
}
