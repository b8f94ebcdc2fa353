import { definitionHash, type PartSpec } from '@tessera/api';
import { queryInstant, SERVED_MS } from '@tessera/kv-writer';
import type { Session } from '@tessera/lake';
import type { FileFacts, PlanOptions, TilePolicy } from '@tessera/planner';
import { type Gathered, gatherFacts } from '../gather.js';
import { factsFolder } from '../remembered-facts.js';
import type { Subject } from '../subject.js';
import { planTiled, type TiledPlan } from '../tiles/plan-tiled.js';
import { NO_SETS, openTileSets, type TileSets, tileStore } from '../tiles/tile-sets.js';
import { type Instants, partsSubject } from './part-subject.js';

/** Where an upload comes from, and how it is planned. */
export interface UploadPlanning {
  readonly session: Session;
  /** Absolute. */
  readonly lake: string;
  readonly out: string;
  readonly asOfMs: number;
  readonly tiles: TilePolicy;
  readonly planOptions: PlanOptions;
}

/** How an instant of a request becomes that of a part. */
export interface Timing {
  readonly lagMs: number;
  readonly inclusive: boolean;
  readonly snapshot: boolean;
}

export function timingOf({ lagMs, at, groupBy }: PartSpec): Timing {
  return { lagMs, inclusive: at === 'inclusive', snapshot: groupBy.accuracy === 'snapshot' };
}

/** What is planned for: entities at the instants of requests, events at their own. */
function instantsOf({ groupBy }: PartSpec, timing: Timing, asOfMs: number): Instants {
  const lastMs = asOfMs + SERVED_MS;
  return groupBy.source.kind === 'entities'
    ? { firstMs: asOfMs, lastMs }
    : { firstMs: queryInstant(timing, asOfMs), lastMs: queryInstant(timing, lastMs) };
}

/** A part that was looked at: what it reads, and what of that is there as tiles. */
export interface PlannedPart {
  readonly idx: number;
  readonly part: PartSpec;
  readonly timing: Timing;
  readonly instants: Instants;
  readonly subject: Subject;
  readonly gathered: Gathered;
  readonly sets: TileSets;
  readonly tiled: TiledPlan;
  /** Files that its entries are made of. */
  readonly files: readonly FileFacts[];
}

/** Throws  as a run does that reads the part's source */
export async function planPart(
  { session, lake, out, asOfMs, tiles, planOptions }: UploadPlanning,
  part: PartSpec,
  idx: number,
): Promise<PlannedPart> {
  const { groupBy } = part;
  const definition = { join: null, groupBy };
  const sets = tiles === 'off' ? NO_SETS : await openTileSets(tileStore(out), definition);
  const gathered = await gatherFacts(
    session,
    definition,
    // Its left are requests, which nobody has yet: none of its own days is asked for.
    { lake, factsFolder: factsFolder(out), sourcesOnly: true },
    null,
    sets,
  );
  const timing = timingOf(part);
  const instants = instantsOf(part, timing, asOfMs);
  const subject = partsSubject(groupBy.name, [part], instants);
  const tiled = planTiled(subject, gathered, planOptions, sets);
  const read = new Set(
    tiled.plan.scans.flatMap(({ fileIdx, tiles: own }) => [
      ...fileIdx,
      ...(own?.reads ?? []).flatMap((one) => one.fileIdx),
    ]),
  );
  const all = gathered.facts.sources[definitionHash(groupBy.source)]?.files ?? [];
  return {
    ...{ idx, part, timing, instants, subject, gathered, sets, tiled },
    files: all.filter((_, at) => read.has(at)),
  };
}
