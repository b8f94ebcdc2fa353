import type { PhysicalPlan } from '@tessera/planner';
import type { DictionaryTask, TableRef } from '../tasks/task.js';
import { type StageOptions, tableRef } from './stage-options.js';

/** Codes of the strings that come out, per column; and where each table of them will be. */
export function dictionaryTasks(
  plan: PhysicalPlan,
  options: StageOptions,
): { tasks: DictionaryTask[]; dictionaries: Record<string, TableRef> } {
  const dictionaries: Record<string, TableRef> = {};
  const tasks = plan.dictionaries.flatMap((dictionary, idx): DictionaryTask[] => {
    const scan = plan.scans.find((s) => s.id === dictionary.scan)!;
    // Without a file in range nothing is read, so nothing needs codes either.
    const tiles = options.tiles?.[scan.id]?.scans ?? [];
    if (scan.fileIdx.length === 0 && tiles.length === 0) return [];
    const out = tableRef(options, `dictionary_${idx}`);
    dictionaries[dictionary.id] = out;
    const { source, sourceId, fileIdx, startMs, endMs } = scan;
    const relation = options.relation(sourceId, fileIdx);
    return [
      { type: 'dictionary', dictionary, scan: { source, relation, startMs, endMs }, tiles, out },
    ];
  });
  return { tasks, dictionaries };
}
