import { outputColumns, TesseraError } from '@tessera/api';
import { type PhysicalPlan, planJoin, type ScanPlan, type ScanTiles } from '@tessera/planner';
import type { StateFamily, TileSet } from '@tessera/tiling';
import type { Subject } from '../subject.js';
import { planTiled } from '../tiles/plan-tiled.js';
import type { ScanStates } from '../tiles/scan-states.js';
import { setOfScan } from '../tiles/tile-facts.js';
import type { TileSets } from '../tiles/tile-sets.js';
import type { ExplainOptions } from './explanation.js';
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
}

/** What a training set of the asked row and column reads: the planner's own choice, with the tiles that are there. */
export function askedReads(
  request: Request,
  { join, facts }: Pick<AskedSource, 'join' | 'facts'>,
  sets: TileSets,
  policy: NonNullable<ExplainOptions['tiles']>,
): AskedReads {
  if (request.keys.some(({ isNull }) => isNull)) return { fileIdx: [], tiles: null };
  const columns = outputColumns(join);
  const subject: Pick<Subject, 'plan'> = {
    plan: ({ facts: known }, options) => planJoin(join, columns, known, options),
  };
  const options = { buckets: 1, workers: 1, tiles: policy };
  const { plan, states } = planTiled(subject, { facts }, options, sets);
  const [scan] = plan.scans;
  if (scan === undefined) return { fileIdx: [], tiles: null };
  const { tiles, fileIdx } = scan;
  if (tiles === null || tiles.reads.length === 0) return { fileIdx, tiles: null };
  // Nothing is built here.
  if (tiles.reads.some(({ rows }) => rows === null))
    return askedReads(request, { join, facts }, sets, 'auto');
  const set = sets.get(setOfScan(scan));
  const families = states[scan.id]?.families;
  if (set === undefined || families === undefined)
    throw new TesseraError('INTERNAL', { reason: 'tiles are planned and not known' });
  return { fileIdx, tiles: { plan, scan, tiles, set, families, states, sets } };
}
