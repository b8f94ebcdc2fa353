import { DAY_MS, formatDay, parseDay } from '@tessera/api';
import type { SourceFacts, TileBlockFacts, TileFacts } from './facts.js';
import type { BlockBuild, TileRead } from './plan.js';
import { type TilePlanning, takesAll } from './tile-planning.js';
import { bytesOf, NEVER, newStates, type Unit } from './tile-units.js';
import { BLOCK_DAYS, type BlockLevel } from './timeline.js';

/** Levels in blocks, and the days that each is made of. */
const BLOCK_LEVELS = Object.keys(BLOCK_DAYS) as readonly BlockLevel[];

/**
 * Blocks that are not there as their days are now, of all days that are read: another run's windows may begin elsewhere. A
 * block is built once the source has gone beyond it, so that no day of it is still to come.
 */
export function missingBlocks(
  { source, facts, longestWindowMs }: TilePlanning,
  units: ReadonlyMap<string, Unit>,
): BlockBuild[] {
  const labels = labelsOf(source);
  const lastDay = Math.max(...[...labels].map((ds) => parseDay(ds) ?? Number.NEGATIVE_INFINITY));
  return BLOCK_LEVELS.flatMap((level) => {
    const length = BLOCK_DAYS[level];
    // A window that is not much longer holds no block as a whole.
    if (longestWindowMs !== null && longestWindowMs < 2 * length * DAY_MS) return [];
    const blocks = new Set([...units.keys()].map((ds) => blockOf(ds, level)));
    return [...blocks].sort().flatMap((label): BlockBuild[] => {
      if (lastDay < parseDay(label)! + length) return [];
      const days = daysOfBlock(label, level).filter((ds) => labels.has(ds));
      const own = days.map((ds) => units.get(ds));
      if (!own.every((unit) => unit !== undefined)) return [];
      const missing = missingOfBlock(facts.blocks[level][label], own, facts);
      return missing === null ? [] : [{ level, label, ...missing }];
    });
  });
}

/** Partitions that have rows. */
function labelsOf(source: SourceFacts): Set<string> {
  return new Set(source.files.flatMap(({ ds, rows }) => (ds === null || rows === 0 ? [] : [ds])));
}

/** Days that stand together in blocks that no bound cuts: they leave `reads` for the block. */
export function blockReads(
  { source, timeline, facts, policy }: TilePlanning,
  units: ReadonlyMap<string, Unit>,
  reads: Map<string, TileRead>,
  builds: readonly BlockBuild[],
): TileRead[] {
  if (timeline === null) return [];
  const labels = labelsOf(source);
  const toBuild = new Set(builds.map(({ level, label }) => `${level} ${label}`));
  let finer = new Map([...reads].filter(([, { level }]) => level === '1d'));
  const chosen = new Map<string, TileRead>();
  for (const level of BLOCK_LEVELS) {
    const made = new Map<string, TileRead>();
    for (const [label, members] of inBlocks(finer, level)) {
      const days = daysOfBlock(label, level).filter((ds) => labels.has(ds));
      const whole = new Set(members.flatMap((member) => daysOf(member, labels)));
      if (days.some((ds) => !whole.has(ds))) continue;
      const own = days.map((ds) => units.get(ds)!);
      const minMs = Math.min(...own.map((unit) => unit.minMs!));
      const maxMs = Math.max(...own.map((unit) => unit.maxMs!));
      if (!timeline.fits(level, minMs, maxMs)) continue;
      const known = facts.blocks[level][label];
      const fileIdx = own.flatMap((unit) => unit.fileIdx);
      if (toBuild.has(`${level} ${label}`))
        made.set(label, { level, label, rows: null, bytes: null, fileIdx });
      else {
        if (known === undefined || missingOfBlock(known, own, facts) !== null) continue;
        const finerRows = members.reduce((n, { rows }) => n + (rows ?? 0), 0);
        if (known.rows > finerRows && !takesAll(policy)) continue;
        const bytes = bytesOf(known, facts.states);
        made.set(label, { level, label, rows: known.rows, bytes, fileIdx });
      }
      for (const member of members) {
        reads.delete(member.label);
        chosen.delete(`${member.level} ${member.label}`);
      }
    }
    for (const [label, read] of made) chosen.set(`${level} ${label}`, read);
    finer = made;
  }
  return [...chosen.values()];
}

/** What is to be built before a block can be read; null when it is there as its days are now. */
function missingOfBlock(
  known: TileBlockFacts | undefined,
  days: readonly Unit[],
  { states }: TileFacts,
): Omit<BlockBuild, 'level' | 'label'> | null {
  const anew = (reason: string) => ({ states, isFresh: true, reason });
  if (known === undefined) return anew(NEVER);
  const isSame =
    known.members.length === days.length && days.every(({ ds }, i) => ds === known.members[i]);
  // New states leave what is there of a day as it is.
  if (!isSame || days.some(({ missing }) => missing?.isFresh === true)) return anew('days changed');
  const lacking = states.filter((state) => !(state in known.states));
  return lacking.length === 0
    ? null
    : { states: lacking, isFresh: false, reason: newStates(lacking.length) };
}

/** Reads by the block that they are in. */
function inBlocks(
  reads: ReadonlyMap<string, TileRead>,
  level: BlockLevel,
): Map<string, TileRead[]> {
  const blocks = new Map<string, TileRead[]>();
  for (const read of reads.values()) {
    const first = blockOf(read.label, level);
    const own = blocks.get(first);
    if (own === undefined) blocks.set(first, [read]);
    else own.push(read);
  }
  return blocks;
}

/** The block that a day, or a smaller block, lies in. */
function blockOf(label: string, level: BlockLevel): string {
  const length = BLOCK_DAYS[level];
  return formatDay(Math.floor(parseDay(label)! / length) * length);
}

function daysOfBlock(label: string, level: BlockLevel): string[] {
  const first = parseDay(label)!;
  return Array.from({ length: BLOCK_DAYS[level] }, (_, i) => formatDay(first + i));
}

/** Partitions that a read stands for. */
function daysOf({ level, label }: TileRead, labels: ReadonlySet<string>): string[] {
  if (level !== '8d' && level !== '64d') return [label];
  return daysOfBlock(label, level).filter((ds) => labels.has(ds));
}
