import { loadavg } from 'node:os';
import { machine, versions } from './versions.js';

export type Field = string | number | boolean | null;

/** What every line of JSON ends with: versions, the machine, how busy it was, and when. */
export function whereAndWhen(loadBefore: number): Record<string, Field> {
  const { cpu, cores, memoryBytes } = machine();
  const round = (value: number) => Number(value.toFixed(3));
  return {
    ...versions(),
    ...{ cpu, cores, machine_memory_bytes: memoryBytes },
    ...{ load_before: round(loadBefore), load_after: round(loadavg()[0] ?? 0) },
    measured_at: new Date().toISOString(),
  };
}
