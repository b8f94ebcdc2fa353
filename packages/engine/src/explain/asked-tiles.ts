import { computedColumns, TesseraError } from '@tessera/api';
import {
  type PhysicalPlan,
  type PlanOptions,
  planJoin,
  type ScanPlan,
  type ScanTiles,
} from '@tessera/planner';
import type { StateFamily, TileSet } from '@tessera/tiling';
import type { Subject } from '../subject.js';
import { planTiled } from '../tiles/plan-tiled.js';
import type { ScanStates } from '../tiles/scan-states.js';
import { setOfScan } from '../tiles/tile-facts.js';
import type { TileSets } from '../tiles/tile-sets.js';
import type { AskedSource } from './load-rows.js';
import type { Request } from './request.js';

/** What the one left row reads as tiles. */
export interface AskedTiles {
  readonly plan: PhysicalPlan;
  /** Of the plan's one scan. */
  readonly scan: ScanPlan;
  readonly tiles: ScanTiles;
  readonly set: TileSet;
  readonly families: readonly StateFamily[];
  /** All of them by scan, and the sets by hash, as stages ask for them. */
  readonly states: Readonly<Record<string, ScanStates>>;
  readonly sets: TileSets;
}

/** Files that are read as rows, by position, and the tiles that stand for the others. */
export interface AskedReads {
  readonly fileIdx: readonly number[];
  readonly tiles: AskedTiles | null;
  /** Why no tiles are read although the source has some for these keys. */
  readonly whyRows: string | null;
}

/**
 * What a training set of the asked row and column reads: the planner's own levels, of all tiles that are there, whether or not
 * they pay for all keys.
 */
export function askedReads(
  request: Request,
  { join, facts }: Pick<AskedSource, 'join' | 'facts'>,
  sets: TileSets,
): AskedReads {
  const rowsAlone = (fileIdx: readonly number[], whyRows: string | null = null) => ({
    ...{ fileIdx, whyRows },
    tiles: null,
  });
  if (request.keys.some(({ isNull }) => isNull)) return rowsAlone([]);
  const computed = computedColumns(join);
  const subject: Pick<Subject, 'plan'> = {
    plan: ({ facts: known }, options) => planJoin(join, computed, known, options),
  };
  const options: PlanOptions = { buckets: 1, workers: 1, tiles: 'present' };
  const { plan, states } = planTiled(subject, { facts }, options, sets);
  const [scan] = plan.scans;
  if (scan === undefined) return rowsAlone([]);
  const { tiles, fileIdx, whyRows } = scan;
  const set = sets.get(setOfScan(scan));
  const isEmpty = set === undefined || Object.keys(set.manifest.partitions).length === 0;
  if (tiles === null || isEmpty) return rowsAlone(fileIdx, isEmpty ? null : whyRows);
  const families = states[scan.id]?.families;
  if (families === undefined)
    throw new TesseraError('INTERNAL', { reason: 'tiles are planned and not known' });
  return { fileIdx, whyRows, tiles: { plan, scan, tiles, set, families, states, sets } };
}
