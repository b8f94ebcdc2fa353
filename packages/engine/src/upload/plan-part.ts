import { definitionHash, type GroupBySpec, type JoinSpec, type PartSpec } from '@tessera/api';
import { queryInstant, SERVED_MS } from '@tessera/kv-writer';
import type { Session } from '@tessera/lake';
import type { FileFacts, PlanOptions, TilePolicy } from '@tessera/planner';
import type { Definition } from '../definition.js';
import { type Gathered, gatherFacts } from '../gather.js';
import { factsFolder } from '../remembered-facts.js';
import type { Subject } from '../subject.js';
import { planTiled, type TiledPlan } from '../tiles/plan-tiled.js';
import { NO_SETS, openTileSets, type TileSets, tileStore } from '../tiles/tile-sets.js';
import { type Instants, partsSubject } from './part-subject.js';

/** What is known before parts are planned: of all their sources, and of the tiles that they could use. */
export interface UploadPlanning {
  readonly gathered: Gathered;
  readonly sets: TileSets;
  readonly asOfMs: number;
  readonly planOptions: PlanOptions;
}

/**
 * Look at the sources of parts, at each once, however many parts read it.
 *
 * Throws  as a run does that reads them, all problems of one kind together
 */
export async function gatherParts(
  session: Session,
  definition: JoinSpec | GroupBySpec,
  parts: readonly PartSpec[],
  { lake, out, tiles }: { readonly lake: string; readonly out: string; readonly tiles: TilePolicy },
): Promise<Pick<UploadPlanning, 'gathered' | 'sets'>> {
  const asked = definitionOf(definition, parts);
  const sets = tiles === 'off' ? NO_SETS : await openTileSets(tileStore(out), asked);
  // The left are requests, which nobody has yet: none of its own days is asked for.
  const options = { lake, factsFolder: factsFolder(out), sourcesOnly: true };
  return { sets, gathered: await gatherFacts(session, asked, options, null, sets) };
}

/** A definition without what is not read for its parts: labels, and what is derived of a row. */
function definitionOf(definition: JoinSpec | GroupBySpec, parts: readonly PartSpec[]): Definition {
  if (definition.kind === 'groupBy') return { join: null, groupBy: definition };
  const { labels: _, derive: __, only: ___, ...join } = definition;
  return { join: { ...join, parts }, groupBy: null };
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
  /** Of all parts. */
  readonly gathered: Gathered;
  readonly sets: TileSets;
  readonly tiled: TiledPlan;
  /** Files that its entries are made of. */
  readonly files: readonly FileFacts[];
}

export function planPart(
  { gathered, sets, asOfMs, planOptions }: UploadPlanning,
  part: PartSpec,
  idx: number,
): PlannedPart {
  const { groupBy } = part;
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
