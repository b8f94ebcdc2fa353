import type { PlanSummary } from '@tessera/engine';
import { formatDays } from './day-ranges.js';
import { formatAmount, formatBytes, formatCount, formatElapsed } from './numbers.js';
import { doneLine, INDENT, type Style } from './style.js';
import { alignRows, cutText } from './text-width.js';

const MAX_REASON_CELLS = 90;
const MAX_NOTE_CELLS = 60;

/** The plan before anything is built: how much, from where, and why. */
export function planLines(plan: PlanSummary, style: Style): string[] {
  const facts = [
    plan.toBuild < plan.partitions
      ? `${formatCount(plan.toBuild)} of ${formatAmount(plan.partitions, 'day')}`
      : formatAmount(plan.partitions, 'day'),
    formatAmount(plan.parts.length, 'part'),
    formatAmount(plan.buckets, 'bucket'),
    `reads ${formatBytes(plan.readBytes)} of ${formatBytes(plan.totalBytes)}`,
  ];
  const parts = plan.parts.map((part) => [
    part.name,
    formatAmount(part.columns, 'column'),
    part.route === 'snapshot' ? 'snapshot of' : 'events of',
    part.source,
    `${formatCount(part.readFiles)} of ${formatAmount(part.totalFiles, 'file')}`,
    formatAmount(part.rows, 'row'),
    part.note === '' ? '' : `(${cutText(part.note, MAX_NOTE_CELLS)})`,
  ]);
  const reasons = plan.reasons.map(({ reason, partitions }) => [
    `build ${formatCount(partitions)} of ${formatAmount(plan.partitions, 'day')}`,
    `(${cutText(reason, MAX_REASON_CELLS)})`,
  ]);
  return [
    doneLine(style, 'plan', facts.join(' · ')),
    ...alignRows(parts, ['left', 'right', 'left', 'left', 'right', 'right', 'left']).map(indent),
    ...alignRows(reasons, ['left', 'left']).map(indent),
    ...plan.removed.map(({ reason, days }) =>
      indent(`remove ${formatAmount(days.length, 'day')}: ${formatDays(days)}  (${reason})`),
    ),
  ];
}

/** Asked for with `--plan`: the plan, and what the result would be. */
export function planOnlyLines(plan: PlanSummary, style: Style): string[] {
  return [
    ...planLines(plan, style),
    `${INDENT}${formatAmount(plan.columns.length, 'feature column')}; nothing was written`,
  ];
}

/** Everything asked for exists already, or nothing was asked for. */
export function nothingToDoLine(
  plan: PlanSummary,
  { start, end, elapsedMs }: AskedRange & { readonly elapsedMs: number },
  style: Style,
): string {
  const why =
    plan.partitions === 0
      ? `the left has no partitions${rangeText({ start, end })}`
      : plan.partitions === 1
        ? '1 partition is up to date'
        : `${formatCount(plan.partitions)} partitions are up to date`;
  return doneLine(style, 'plan', `nothing to do: ${why}   ${formatElapsed(elapsedMs)}`);
}

/** The days that were asked for. */
interface AskedRange {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

function rangeText({ start, end }: AskedRange): string {
  if (start !== undefined && end !== undefined) return ` between ${start} and ${end}`;
  if (start !== undefined) return ` from ${start} on`;
  return end === undefined ? '' : ` up to ${end}`;
}

function indent(line: string): string {
  return INDENT + line;
}
