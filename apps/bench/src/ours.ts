import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes } from './bytes.js';
import type { Contender } from './contender.js';
import type { DataSpec } from './data.js';

/** As the command line starts itself. */
const NODE_OPTIONS = [
  '--no-incremental-marking',
  ...(process.versions.v8.startsWith('11.') ? ['--interrupt-budget=400000'] : []),
];
const SCRIPT = fileURLToPath(new URL('./run-ours.js', import.meta.url));

/** Name of Tessera with one worker, beside as many as were asked for. */
export const ONE_WORKER = 'tessera_one_worker';

/** How one of our own differs from the others. */
export interface How {
  /** Budget in bytes; null = without. */
  readonly memoryBytes: number | null;
  /** Instead of the setting's. */
  readonly workers?: number;
  /** First and last day that it publishes; absent = all. */
  readonly range?: (spec: DataSpec) => readonly [start: string, end: string];
}

/** `trainSet`, from the footers to a published dataset. */
export function tessera(name: string, { memoryBytes, workers, range }: How): Contender {
  const limits = [
    ...(memoryBytes === null ? [] : [` in ${formatBytes(memoryBytes)}`]),
    ...(workers === undefined ? [] : [`, ${workers} ${workers === 1 ? 'worker' : 'workers'}`]),
  ];
  return {
    name,
    title: `Tessera${limits.join('')}`,
    place: ({ work, of }) => join(work, name, of.name),
    command: ({ data, of, workers: all }, place) => {
      const threads = workers ?? all;
      return {
        file: process.execPath,
        args: [
          ...[
            ...NODE_OPTIONS,
            SCRIPT,
            of.name,
            data.dir,
            place,
            String(threads),
            String(memoryBytes ?? 0),
          ],
          ...(range === undefined ? [] : range(data.spec)),
        ],
        env: { UV_THREADPOOL_SIZE: String(threads + 6) },
      };
    },
    result: (place, day) =>
      join(place, 'train-sets', '*', day === null ? '*' : `ds=${day}`, '*.parquet'),
  };
}

/** Other contenders of our own carry their budget in the name: `tessera_512mb`. */
export function budgetName(memoryBytes: number): string {
  return `tessera_${formatBytes(memoryBytes).replace(/[ .]/g, '').toLowerCase()}`;
}

const KERNEL = fileURLToPath(new URL('./run-kernel.js', import.meta.url));

/** The sweep in the process that holds its input, again and again; of data with one key. */
export const tesseraKernel: Contender = {
  name: 'tessera_kernel',
  title: 'Tessera, the sweep alone',
  place: ({ work }) => join(work, 'kernel.parquet'),
  command: ({ data }, place) => ({
    file: process.execPath,
    args: [KERNEL, data.dir, place, String(KERNEL_RUNS)],
  }),
  result: (place) => place,
};

const KERNEL_RUNS = 30;
