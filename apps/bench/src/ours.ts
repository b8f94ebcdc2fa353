import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes } from './bytes.js';
import type { Contender } from './contender.js';

const SCRIPT = fileURLToPath(new URL('./run-ours.js', import.meta.url));

/** `trainSet`, from the footers to a published dataset; with a budget of memory in bytes, or without. */
export function tessera(name: string, memoryBytes: number | null): Contender {
  return {
    name,
    title: memoryBytes === null ? 'Tessera' : `Tessera in ${formatBytes(memoryBytes)}`,
    place: ({ work }) => join(work, name),
    command: ({ data, workers }, place) => ({
      file: process.execPath,
      args: [SCRIPT, data.dir, place, String(workers), String(memoryBytes ?? 0)],
      env: { UV_THREADPOOL_SIZE: String(workers + 6) },
    }),
    result: (place) => join(place, 'train-sets', 'standard', '*', '*.parquet'),
  };
}

/** Other contenders of our own carry their budget in the name: `tessera_512mb`. */
export function budgetName(memoryBytes: number): string {
  return `tessera_${formatBytes(memoryBytes).replace(/[ .]/g, '').toLowerCase()}`;
}
