import type { DatasetStatus, ProjectStatus } from '@tessera/engine';
import { legend } from './day-bar.js';
import { formatAmount, formatBytes } from './numbers.js';
import {
  barLines,
  daysText,
  indented,
  reasonLines,
  statesText,
  underHead,
} from './partition-lines.js';
import { paint, type Style } from './style.js';
import { alignRows } from './text-width.js';
import { isNeverBuilt, neverBuiltLines, tileSetLines } from './tile-status-lines.js';

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
  return underHead(lines);
}

function countsText({ partitions }: DatasetStatus): string {
  const sum = (member: 'rows' | 'bytes') =>
    partitions.reduce((total, one) => total + (one[member] ?? 0), 0);
  const holds =
    sum('bytes') > 0 ? ` · ${formatAmount(sum('rows'), 'row')}, ${formatBytes(sum('bytes'))}` : '';
  return `${statesText(partitions)}${holds}`;
}
