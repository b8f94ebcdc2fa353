import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { TesseraError } from '@tessera/api';

/** Less than this is refused: the process itself, its threads and one row group of a wide table need as much. */
export const LEAST_MEMORY_BYTES = 512 * 1024 ** 2;

/** Node, DuckDB's code and the plan. */
const PROCESS_BYTES = 130e6;
/** A worker thread, with what the system's allocator keeps of what it had. */
const WORKER_BYTES = 70e6;

/** A vector of DuckDB; fewer would cost more than they save. */
const LEAST_ROWS = 2048;

/** What a run holds before it has read a row. */
export function idleBytes(workers: number): number {
  return PROCESS_BYTES + WORKER_BYTES * workers;
}

/** A join of fewer keys stays in a core's cache, and what has no key is not handed over. */
const LEAST_LOOKED_UP = 16_384;

/** How a run divides its memory. */
export interface MemoryShares {
  readonly budgetBytes: number;
  /** Limit of the DuckDB that plans and summarises. */
  readonly planningBytes: number;
  readonly worker: WorkerMemory;
}

/** What each worker may hold. */
export interface WorkerMemory {
  /** Limit of its DuckDB, which spills beyond it. */
  readonly duckDbBytes: number;
  /** What one task may hold in batches of its own. */
  readonly taskBytes: number;
  /** Resident memory of the process above which garbage is collected between steps. */
  readonly tightBytes: number;
  /** Work is never cut into fewer rows than this, however wide they are. */
  readonly leastRows: number;
  /** From so many keys on, events find theirs in a table of ours, which takes less of a core's cache than DuckDB's join. */
  readonly leastLookedUp: number;
}

/** Files in which Linux says how much a container may use. */
const CGROUP_LIMITS = [
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
] as const;

/** What the machine gives, or the container where it gives less. */
export function availableMemoryBytes(limitFiles: readonly string[] = CGROUP_LIMITS): number {
  const limits = limitFiles.flatMap((file) => {
    try {
      const bytes = Number(readFileSync(file, 'utf8').trim());
      return Number.isFinite(bytes) && bytes > 0 ? [bytes] : [];
    } catch {
      return [];
    }
  });
  return Math.min(totalmem(), ...limits);
}

/**
 * Bytes a run may use in all: what is asked for, else half of what there is, and not less than the least.
 *
 * Throws   MEMORY_TOO_SMALL when less is asked for
 */
export function memoryBudget(askedBytes: number | undefined): number {
  if (askedBytes === undefined) return Math.max(LEAST_MEMORY_BYTES, availableMemoryBytes() / 2);
  if (askedBytes < LEAST_MEMORY_BYTES) {
    throw new TesseraError('MEMORY_TOO_SMALL', {
      budgetBytes: askedBytes,
      neededBytes: LEAST_MEMORY_BYTES,
    });
  }
  return askedBytes;
}

/**
 * Divide a budget among workers. A task's own batches and DuckDB's are seldom at their largest together, so their shares
 * add up to a little more than there is.
 */
export function shareMemory(
  budgetBytes: number,
  workers: number,
  overrides: Partial<WorkerMemory> = {},
): MemoryShares {
  const free = Math.max(0.3 * budgetBytes, budgetBytes - idleBytes(workers));
  return {
    budgetBytes,
    planningBytes: 0.5 * free,
    worker: {
      duckDbBytes: (0.5 * free) / workers,
      taskBytes: (0.4 * free) / workers,
      tightBytes: 0.5 * budgetBytes,
      leastRows: LEAST_ROWS,
      leastLookedUp: LEAST_LOOKED_UP,
      ...overrides,
    },
  };
}
