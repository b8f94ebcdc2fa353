import { contentHash, DAY_MS, formatDay, parseDay } from '@tessera/api';
import { type BlockLevel, levelMs } from './hops.js';
import { bad } from './row-lanes.js';

/**
 * Blocks: 8 or 64 days in a row, on the UTC epoch grid, named after the first. The tiles of a block are those of the
 * partitions whose label is one of its days, whatever the times of their rows: a late row lies in the block of its file.
 */

/** What a block's tiles were made of, or are to be: a partition, or a block of the level below. */
export interface BlockMember {
  /** Its label. */
  readonly ds: string;
  readonly input: string;
}

/** Days in a block. */
function daysIn(level: BlockLevel): number {
  return levelMs(level) / DAY_MS;
}

/** The label of the block that a partition, or a smaller block, lies in; null for a partition that is no day. */
export function blockOf(ds: string, level: BlockLevel): string | null {
  const day = parseDay(ds);
  if (day === null) return null;
  const days = daysIn(level);
  return formatDay(Math.floor(day / days) * days);
}

/** The labels of a block's days. Throws INTERNAL when no block of that level has this label. */
export function blockDays(label: string, level: BlockLevel): readonly string[] {
  return labelsFrom(label, level, 1);
}

/** The labels of all that a block can have of the level below: days for 8d, blocks of 8 days for 64d. */
export function labelsBelow(label: string, level: BlockLevel): readonly string[] {
  return labelsFrom(label, level, level === '8d' ? 1 : daysIn('8d'));
}

function labelsFrom(label: string, level: BlockLevel, step: number): string[] {
  const first = parseDay(label);
  if (first === null || blockOf(label, level) !== label) throw bad(`${level} block ${label}`);
  return Array.from({ length: daysIn(level) / step }, (_, i) => formatDay(first + i * step));
}

/** The fingerprint of a block: 128 bits, hex, over its members, in any order. */
export function blockInput(members: readonly BlockMember[]): string {
  const plain = members.map(({ ds, input }) => [ds, input] as const);
  return contentHash({ block: plain.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) });
}

/**
 * The members of a block that is made of these partitions (label → input): those of its days; for 64d the blocks of 8 days,
 * built or not, that have any.
 */
export function blockMembers(
  partitions: Readonly<Record<string, Pick<BlockMember, 'input'>>>,
  label: string,
  level: BlockLevel,
): readonly BlockMember[] {
  return labelsBelow(label, level).flatMap((ds) => {
    if (level === '8d') {
      const partition = partitions[ds];
      return partition === undefined ? [] : [{ ds, input: partition.input }];
    }
    const members = blockMembers(partitions, ds, '8d');
    return members.length === 0 ? [] : [{ ds, input: blockInput(members) }];
  });
}
