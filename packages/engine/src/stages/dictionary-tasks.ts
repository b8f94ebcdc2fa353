import type { PhysicalPlan, ScanPlan } from '@tessera/planner';
import type { TileScan } from '@tessera/tiling';
import type { DictionaryTask, TableRef } from '../tasks/task.js';
import { type StageOptions, tableRef } from './stage-options.js';

/**
 * Codes of the strings that come out, per column; and where each table of them will be. Scans of one source share the
 * table of a column, which has the strings of all of them.
 */
export function dictionaryTasks(
  plan: PhysicalPlan,
  options: StageOptions,
): { tasks: DictionaryTask[]; dictionaries: Record<string, TableRef> } {
  const dictionaries: Record<string, TableRef> = {};
  const shared = new Map<string, Shared>();
  for (const dictionary of plan.dictionaries) {
    const scan = plan.scans.find((s) => s.id === dictionary.scan)!;
    // Without a file in range nothing is read, so nothing needs codes either.
    const tiles = options.tiles?.[scan.id]?.scans ?? [];
    if (scan.fileIdx.length === 0 && tiles.length === 0) continue;
    const { column, isList } = dictionary;
    // The events of tiles may tie with each other, and with rows.
    const tiedBy = tiles.length > 0 ? undefined : dictionary.tiedBy;
    const key = JSON.stringify([scan.sourceId, column, isList, tiedBy]);
    const known = shared.get(key);
    const one =
      known ??
      newShared({ column, isList, tiedBy }, tableRef(options, `dictionary_${shared.size}`));
    if (!known) shared.set(key, one);
    one.scans.push(scan);
    one.tiles.push(...tiles);
    dictionaries[dictionary.id] = one.out;
  }
  return { tasks: [...shared.values()].map((one) => taskOf(one, options)), dictionaries };
}

/** One table of strings, and the scans that read it. */
interface Shared {
  readonly dictionary: DictionaryTask['dictionary'];
  readonly out: TableRef;
  readonly scans: ScanPlan[];
  readonly tiles: TileScan[];
}

const newShared = (dictionary: DictionaryTask['dictionary'], out: TableRef): Shared => ({
  ...{ dictionary, out },
  ...{ scans: [], tiles: [] },
});

function taskOf({ dictionary, out, scans, tiles }: Shared, options: StageOptions): DictionaryTask {
  const { source, sourceId } = scans[0]!;
  const fileIdx = [...new Set(scans.flatMap((scan) => scan.fileIdx))].sort((a, b) => a - b);
  const relation = options.relation(sourceId, fileIdx);
  // A scan without a limit reads rows that others leave out.
  const startMs = least(scans.map((scan) => scan.startMs));
  const endMs = greatest(scans.map((scan) => scan.endMs));
  return {
    ...{ type: 'dictionary', dictionary, out, tiles },
    scan: { source, relation, startMs, endMs },
  };
}

const isLimited = (limits: readonly (number | null)[]): limits is readonly number[] =>
  limits.every((limit) => limit !== null);
const least = (limits: readonly (number | null)[]) =>
  isLimited(limits) ? Math.min(...limits) : null;
const greatest = (limits: readonly (number | null)[]) =>
  isLimited(limits) ? Math.max(...limits) : null;
