import type {
  DatasetStatus,
  PartitionState,
  PartitionStatus,
  ProjectStatus,
} from '@tessera/engine';
import { dayBar, legend, stateWords } from './day-bar.js';
import { formatAmount, formatBytes, formatCount } from './numbers.js';
import { paint, type Style } from './style.js';
import { alignRows, cutText } from './text-width.js';
import { isNeverBuilt, neverBuiltLines, tileSetLines } from './tile-status-lines.js';

export const STATUS_INDENT = '  ';
const MAX_BAR_CELLS = 120;
const MAX_REASONS = 3;
const MAX_REASON_CELLS = 100;

/** Every dataset and tile set with a bar of its days, counts and reasons; then what the marks mean. */
export function statusLines({ datasets, tiles }: ProjectStatus, style: Style): string[] {
  const [there, absent] = [datasets.filter(isThere), datasets.filter((one) => !isThere(one))];
  const built = tiles.filter((set) => !isNeverBuilt(set));
  const unbuilt = tiles.filter(isNeverBuilt);
  const shown = [...there, ...built];
  const states = new Set(shown.flatMap(({ partitions }) => partitions.map(({ state }) => state)));
  const bars = [
    ...there.map((dataset) => datasetLines(dataset, style)),
    ...built.map((set) => tileSetLines(set, style)),
  ].flatMap((lines) => [...lines, '']);
  const rest = absent.map(({ kind, name, partitions }) => [
    name,
    KINDS[kind],
    formatAmount(partitions.length, 'day'),
    daysText(partitions[0]?.ds ?? '', partitions.at(-1)?.ds ?? ''),
  ]);
  const lists = [
    ['never published', alignRows(rest, ['left', 'left', 'right', 'left']).map(indented)],
    ['tiles never built', neverBuiltLines(unbuilt)],
  ] as const;
  const blocks = [
    ...(shown.length > 0 ? [[...bars, legend(states, style)]] : []),
    ...lists.flatMap(([head, lines]) => (lines.length > 0 ? [[head, ...lines]] : [])),
  ];
  return blocks.flatMap((lines, idx) => (idx === 0 ? lines : ['', ...lines]));
}

const KINDS = { 'train-set': 'training set', backfill: 'groupBy' } as const;

/** A bar of nothing but missing days says no more than a line. */
function isThere({ engine, problem }: DatasetStatus): boolean {
  return engine !== null || problem !== null;
}

function datasetLines(dataset: DatasetStatus, style: Style): string[] {
  const { kind, name, partitions, engine, problem } = dataset;
  const by = engine === null ? 'never published' : `by tessera ${engine}`;
  const lines = [`${paint(style, 'bold', name)}  ${KINDS[kind]}, ${by}`];
  if (problem !== null) {
    const [first = '', ...more] = problem.message.split('\n');
    lines.push(`${paint(style, 'red', problem.code)} ${first}`, ...more);
  }
  lines.push(...barLines(partitions, style), countsText(dataset), ...reasonLines(partitions));
  return lines.map((line, idx) => (idx === 0 || line === '' ? line : indented(line)));
}

const indented = (line: string): string => `${STATUS_INDENT}${line}`;

/** Marks of the days, and from when to when they are. */
export function barLines(partitions: readonly PartitionStatus[], style: Style): string[] {
  const cells = Math.min(MAX_BAR_CELLS, style.columns - STATUS_INDENT.length);
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

function countsText({ partitions }: DatasetStatus): string {
  const sum = (member: 'rows' | 'bytes') =>
    partitions.reduce((total, one) => total + (one[member] ?? 0), 0);
  const holds =
    sum('bytes') > 0 ? ` · ${formatAmount(sum('rows'), 'row')}, ${formatBytes(sum('bytes'))}` : '';
  return `${statesText(partitions)}${holds}`;
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
