import type { DictionaryPlan, PhysicalPlan, ScanPlan } from '@tessera/planner';
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
  const asked = plan.dictionaries.flatMap((dictionary) => askedBy(dictionary, plan, options));
  const whole = new Set(
    asked.flatMap(({ column, tiedBy }) => (tiedBy === undefined ? column : [])),
  );
  for (const { id, column, dictionary, tiedBy, scan, tiles } of asked) {
    // What another scan needs all strings of has those that tie.
    const own = whole.has(column) ? undefined : tiedBy;
    const key = JSON.stringify([column, own]);
    const one = shared.get(key) ?? {
      dictionary: { ...dictionary, tiedBy: own },
      out: tableRef(options, `dictionary_${shared.size}`),
      scans: [],
      tiles: [],
    };
    shared.set(key, one);
    one.scans.push(scan);
    one.tiles.push(...tiles);
    dictionaries[id] = one.out;
  }
  return { tasks: [...shared.values()].map((one) => taskOf(one, options)), dictionaries };
}

interface Asked {
  readonly id: string;
  /** Of a source. */
  readonly column: string;
  readonly dictionary: Pick<DictionaryPlan, 'column' | 'isList'>;
  readonly tiedBy: readonly string[] | undefined;
  readonly scan: ScanPlan;
  readonly tiles: readonly TileScan[];
}

/** Without a file in range nothing is read, so nothing needs codes either. */
function askedBy(
  { id, scan: scanId, column, isList, tiedBy }: DictionaryPlan,
  plan: PhysicalPlan,
  options: StageOptions,
): readonly Asked[] {
  const scan = plan.scans.find((s) => s.id === scanId)!;
  const tiles = options.tiles?.[scanId]?.scans ?? [];
  if (scan.fileIdx.length === 0 && tiles.length === 0) return [];
  const dictionary = { column, isList };
  return [
    {
      ...{ id, dictionary, scan, tiles },
      column: JSON.stringify([scan.sourceId, dictionary]),
      // The events of tiles may tie with each other, and with rows.
      tiedBy: tiles.length > 0 ? undefined : tiedBy,
    },
  ];
}

/** One table of strings, and the scans that read it. */
interface Shared {
  readonly dictionary: DictionaryTask['dictionary'];
  readonly out: TableRef;
  readonly scans: ScanPlan[];
  readonly tiles: TileScan[];
}

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
