import type { PlanSummary } from '@tessera/engine';
import { formatDays } from './day-ranges.js';
import {
  formatAbout,
  formatAmount,
  formatBytes,
  formatCount,
  formatElapsed,
  formatSeconds,
} from './numbers.js';
import { doneLine, INDENT, noteLine, type Style } from './style.js';
import { alignRows, cutText } from './text-width.js';
import { tileLines, whyRowsOfAll } from './tile-lines.js';

const MAX_REASON_CELLS = 90;
const MAX_NOTE_CELLS = 60;
const PART_SIDES = ['left', 'right', 'left', 'left', 'right', 'right', 'left'] as const;

/** The plan before anything is built: how much, from where, and why. */
export function planLines(plan: PlanSummary, style: Style): string[] {
  return [
    ...(plan.kind === 'tiles' ? tilesPlanLines(plan, style) : datasetPlanLines(plan, style)),
    ...estimateLines(plan),
    ...resumedLines(plan),
    ...plan.warnings.flatMap(({ code, message, hint }) => [
      noteLine(style, code === 'LABEL_INPUT_WITHOUT_LAG' ? 'labels' : 'tiles', message),
      ...(hint === null ? [] : [indent(hint)]),
    ]),
  ];
}

/** What need not be done again. */
function resumedLines({ resumed }: PlanSummary): string[] {
  if (!(resumed > 0)) return [];
  return [indent(`resume ${formatAmount(resumed, 'finished task')} of a run that was killed`)];
}

function datasetPlanLines(plan: PlanSummary, style: Style): string[] {
  const labels = plan.parts.filter(({ isLabel }) => isLabel);
  const facts = [
    plan.toBuild < plan.partitions
      ? `${formatCount(plan.toBuild)} of ${formatAmount(plan.partitions, 'day')}`
      : formatAmount(plan.partitions, 'day'),
    ...(labels.length < plan.parts.length || labels.length === 0
      ? [formatAmount(plan.parts.length - labels.length, 'part')]
      : []),
    ...(labels.length > 0 ? [formatAmount(labels.length, 'label')] : []),
    formatAmount(plan.buckets, 'bucket'),
    `reads ${formatBytes(plan.readBytes)} of ${formatBytes(plan.totalBytes)}`,
  ];
  const whyRows = whyRowsOfAll(plan.parts);
  const hasTiles = plan.parts.some(({ route }) => route === 'tiles');
  const parts = plan.parts.map((part) => {
    const why = whyRows === null && part.whyRows !== null ? [part.whyRows] : [];
    const notes = [...why, ...(part.note === '' ? [] : [part.note])].join('; ');
    return [
      part.name,
      formatAmount(part.columns, 'column'),
      part.route === 'snapshot' ? 'snapshot of' : 'events of',
      part.source,
      `${formatCount(part.readFiles)} of ${formatAmount(part.totalFiles, 'file')}`,
      formatAmount(part.rows, 'row'),
      ...(hasTiles ? [part.route === 'tiles' ? '+ tiles' : ''] : []),
      notes === '' ? '' : `(${cutText(notes, MAX_NOTE_CELLS)})`,
    ];
  });
  const reasons = plan.reasons.map(({ reason, partitions }) => [
    `build ${formatCount(partitions)} of ${formatAmount(plan.partitions, 'day')}`,
    `(${cutText(reason, MAX_REASON_CELLS)})`,
  ]);
  return [
    doneLine(style, 'plan', facts.join(' · ')),
    ...alignRows(parts, hasTiles ? [...PART_SIDES, 'left'] : PART_SIDES).map(indent),
    ...(plan.derived > 0 ? [indent(`derived: ${formatAmount(plan.derived, 'column')}`)] : []),
    ...(whyRows === null ? [] : [indent(`rows alone are read: ${whyRows}`)]),
    ...tileLines(plan.tiles, style.columns - INDENT.length).map(indent),
    ...alignRows(reasons, ['left', 'left']).map(indent),
    ...plan.removed.map(({ reason, days }) =>
      indent(`remove ${formatAmount(days.length, 'day')}: ${formatDays(days)}  (${reason})`),
    ),
  ];
}

/** `estimate  2.1 M rows · 61 MB · about 12 s · peak 900 MB`: what building it will take. */
function estimateLines(plan: PlanSummary): string[] {
  const { estimate } = plan;
  if (estimate === null || isIdle(plan)) return [];
  const { rows, rowsAtMost, bytes, tileBytes, seconds, peakBytes } = estimate;
  const most = rowsAtMost > rows ? ` to ${formatAbout(rowsAtMost)}` : '';
  const facts = [
    `${formatAbout(rows)}${most} rows`,
    formatBytes(bytes + (tileBytes ?? 0)),
    `about ${formatSeconds(seconds)}`,
    `peak ${formatBytes(peakBytes)}`,
  ];
  return [indent(`estimate  ${facts.join(' · ')}`)];
}

/** Of tiles alone: which sets, and why. */
function tilesPlanLines(plan: PlanSummary, style: Style): string[] {
  const blocks = plan.tiles.reduce((sum, { blocksToBuild }) => sum + blocksToBuild, 0);
  const facts = [
    formatAmount(plan.tiles.length, 'tile set'),
    `build ${formatCount(plan.toBuild)} of ${formatAmount(plan.partitions, 'day')}` +
      (blocks > 0 ? ` and ${formatAmount(blocks, 'block')}` : ''),
    `reads ${formatBytes(plan.readBytes)} of ${formatBytes(plan.totalBytes)}`,
  ];
  return [
    doneLine(style, 'plan', facts.join(' · ')),
    ...tileLines(plan.tiles, style.columns - INDENT.length).map(indent),
    ...plan.parts.flatMap(({ name, whyRows }) =>
      whyRows === null ? [] : [indent(`rows   ${name}: ${whyRows}`)],
    ),
  ];
}

/** Asked for with `--plan`: the plan, and what the result would be. */
export function planOnlyLines(plan: PlanSummary, style: Style): string[] {
  const result =
    plan.kind === 'tiles' ? '' : `${formatAmount(plan.columns.length, 'feature column')}; `;
  return [...planLines(plan, style), `${INDENT}${result}nothing was written`];
}

/** Whether a run has nothing to make or to take away. */
export function isIdle({ toBuild, removed, kind, tiles }: PlanSummary): boolean {
  const hasBlocks = kind === 'tiles' && tiles.some(({ blocksToBuild }) => blocksToBuild > 0);
  return toBuild === 0 && removed.length === 0 && !hasBlocks;
}

/** Everything asked for exists already, or nothing was asked for. */
export function nothingToDoLine(
  plan: PlanSummary,
  { start, end, elapsedMs }: AskedRange & { readonly elapsedMs: number },
  style: Style,
): string {
  return doneLine(
    style,
    'plan',
    `${nothingToDoText(plan, { start, end })}   ${formatElapsed(elapsedMs)}`,
  );
}

/** The same without how long it took. */
export function nothingToDoText(plan: PlanSummary, range: AskedRange): string {
  const why =
    plan.kind === 'tiles'
      ? whyNoTiles(plan)
      : plan.partitions === 0
        ? `the left has no partitions${rangeText(range)}`
        : plan.partitions === 1
          ? '1 partition is up to date'
          : `${formatCount(plan.partitions)} partitions are up to date`;
  return `nothing to do: ${why}`;
}

function whyNoTiles({ name, partitions, tiles }: PlanSummary): string {
  if (tiles.length === 0) return `no part of ${name} can have tiles`;
  if (partitions === 0) return `no events that ${name} reads`;
  return `tiles of ${name} are up to date`;
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
