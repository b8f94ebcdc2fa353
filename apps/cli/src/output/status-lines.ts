import type { DatasetStatus, PartitionState } from '@tessera/engine';
import { dayBar, legend, stateWords } from './day-bar.js';
import { formatAmount, formatBytes, formatCount } from './numbers.js';
import { paint, type Style } from './style.js';
import { alignRows, cutText } from './text-width.js';

const INDENT = '  ';
const MAX_BAR_CELLS = 120;
const MAX_REASONS = 3;
const MAX_REASON_CELLS = 100;

/** Every dataset with a bar of its days, counts and reasons; then what the marks mean. */
export function statusLines(datasets: readonly DatasetStatus[], style: Style): string[] {
  const states = new Set(
    datasets.filter(isThere).flatMap(({ partitions }) => partitions.map(({ state }) => state)),
  );
  const [there, absent] = [datasets.filter(isThere), datasets.filter((one) => !isThere(one))];
  const bars = there.flatMap((dataset) => [...datasetLines(dataset, style), '']);
  const rest = absent.map(({ kind, name, partitions }) => [
    name,
    KINDS[kind],
    formatAmount(partitions.length, 'day'),
    daysText(partitions[0]?.ds ?? '', partitions.at(-1)?.ds ?? ''),
  ]);
  return [
    ...(there.length > 0 ? [...bars, legend(states, style)] : []),
    ...(there.length > 0 && rest.length > 0 ? [''] : []),
    ...(rest.length > 0 ? ['never published'] : []),
    ...alignRows(rest, ['left', 'left', 'right', 'left']).map((line) => `${INDENT}${line}`),
  ];
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
  const bar = dayBar(partitions, Math.min(MAX_BAR_CELLS, style.columns - INDENT.length), style);
  if (bar !== null) {
    const each = bar.days === 1 ? '' : `   one mark is ${bar.days} days`;
    lines.push(bar.marks, `${daysText(bar.first, bar.last)}${each}`);
  }
  lines.push(countsText(dataset), ...reasonLines(dataset));
  return lines.map((line, idx) => (idx === 0 || line === '' ? line : `${INDENT}${line}`));
}

const daysText = (first: string, last: string): string =>
  first === last ? first : `${first} … ${last}`;

const ORDER: readonly PartitionState[] = ['fresh', 'stale', 'missing', 'leftover', 'unknown'];

function countsText({ partitions }: DatasetStatus): string {
  const parts = ORDER.flatMap((state) => {
    const count = partitions.filter((one) => one.state === state).length;
    return count > 0 ? [`${formatCount(count)} ${stateWords(state)}`] : [];
  });
  const sum = (member: 'rows' | 'bytes') =>
    partitions.reduce((total, one) => total + (one[member] ?? 0), 0);
  const holds =
    sum('bytes') > 0 ? ` · ${formatAmount(sum('rows'), 'row')}, ${formatBytes(sum('bytes'))}` : '';
  return `${formatAmount(partitions.length, 'partition')}: ${parts.join(', ') || 'none'}${holds}`;
}

/** The first reasons, each with its first day. */
function reasonLines({ partitions }: DatasetStatus): string[] {
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
