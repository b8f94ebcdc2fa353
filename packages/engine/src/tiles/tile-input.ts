import type { PhysicalPlan, ScanPlan, TileLevel } from '@tessera/planner';
import { placesOf, type TileScan, type TileSet } from '@tessera/tiling';
import type { ScanTileInput } from '../stages/stage-options.js';
import type { ScanStates } from './scan-states.js';
import { setOfScan } from './tile-facts.js';
import type { TileSets } from './tile-sets.js';

/** Tiles that one task reads: enough that the next one is worth starting. */
const TILES_PER_TASK = 500_000;

/** What a plan reads as tiles: which files, in tasks, by scan id. */
export function tileInput(
  plan: PhysicalPlan,
  states: Readonly<Record<string, ScanStates>>,
  sets: TileSets,
  workers: number,
): Record<string, ScanTileInput> {
  const input: Record<string, ScanTileInput> = {};
  for (const scan of plan.scans) {
    const own = states[scan.id];
    const set = sets.get(setOfScan(scan));
    if (scan.tiles === null || scan.tiles.reads.length === 0 || !own || !set) continue;
    input[scan.id] = { scans: tileScans(scan, scan.tiles.reads, own, set, workers), states: own };
  }
  return input;
}

type Read = NonNullable<ScanPlan['tiles']>['reads'][number];

function tileScans(
  scan: ScanPlan,
  reads: readonly Read[],
  { families }: ScanStates,
  set: TileSet,
  workers: number,
): TileScan[] {
  const total = reads.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
  const most = Math.min(TILES_PER_TASK, Math.ceil(total / workers));
  const scans: TileScan[] = [];
  for (const { level, labels } of lots(reads, most)) {
    scans.push({
      level,
      places: placesOf(set, level, labels, families),
      families,
      keyCount: scan.keys.length,
      startMs: scan.startMs,
      endMs: scan.endMs,
    });
  }
  return scans;
}

/** Neighbouring reads of one level, in lots of about `most` tiles. */
function lots(reads: readonly Read[], most: number): { level: TileLevel; labels: string[] }[] {
  const found: { level: TileLevel; labels: string[] }[] = [];
  let rows = 0;
  for (const { level, label, rows: own } of reads) {
    const last = found.at(-1);
    if (last?.level === level && rows < most) last.labels.push(label);
    else {
      found.push({ level, labels: [label] });
      rows = 0;
    }
    rows += own ?? 0;
  }
  return found;
}
