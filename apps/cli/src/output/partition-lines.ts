import type { PartitionState, PartitionStatus } from '@tessera/engine';
import { dayBar, stateWords } from './day-bar.js';
import { formatAmount, formatCount } from './numbers.js';
import type { Style } from './style.js';
import { alignRows, cutText } from './text-width.js';

const INDENT = '  ';
const MAX_BAR_CELLS = 120;
const MAX_REASONS = 3;
const MAX_REASON_CELLS = 100;

export const indented = (line: string): string => `${INDENT}${line}`;

/** A head, and what belongs to it further in. */
export function underHead([head = '', ...lines]: readonly string[]): string[] {
  return [head, ...lines.map((line) => (line === '' ? line : indented(line)))];
}

/** Marks of the days, and from when to when they are. */
export function barLines(partitions: readonly PartitionStatus[], style: Style): string[] {
  const cells = Math.min(MAX_BAR_CELLS, style.columns - INDENT.length);
  const bar = dayBar(partitions, cells, style);
  if (bar === null) return [];
  const each = bar.days === 1 ? '' : `   one mark is ${bar.days} days`;
  return [bar.marks, `${daysText(bar.first, bar.last)}${each}`];
}

export const daysText = (first: string, last: string): string =>
  first === last ? first : `${first} … ${last}`;

const ORDER: readonly PartitionState[] = ['fresh', 'stale', 'missing', 'leftover', 'unknown'];

/** `90 partitions: 88 up to date, 2 stale`. */
export function statesText(partitions: readonly PartitionStatus[]): string {
  const parts = ORDER.flatMap((state) => {
    const count = partitions.filter((one) => one.state === state).length;
    return count > 0 ? [`${formatCount(count)} ${stateWords(state)}`] : [];
  });
  return `${formatAmount(partitions.length, 'partition')}: ${parts.join(', ') || 'none'}`;
}

/** The first reasons, each with its first day. */
export function reasonLines(partitions: readonly PartitionStatus[]): string[] {
  const reasons = new Map<string, { first: string; count: number }>();
  for (const { ds, reason } of partitions) {
    if (reason === null) continue;
    const known = reasons.get(reason);
    if (known) known.count++;
    else reasons.set(reason, { first: ds, count: 1 });
  }
  const all = [...reasons].map(([reason, { first, count }]) => [
    count === 1 ? first : `${first} and ${formatCount(count - 1)} more`,
    cutText(reason, MAX_REASON_CELLS),
  ]);
  const rest = all.length - MAX_REASONS;
  const more = rest > 0 ? [`… ${formatAmount(rest, 'more reason')} (--json)`] : [];
  return [...alignRows(all.slice(0, MAX_REASONS), ['left', 'left']), ...more];
}
