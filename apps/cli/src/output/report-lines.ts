import type { RunReport } from '@tessera/engine';
import { formatDays } from './day-ranges.js';
import { formatAmount } from './numbers.js';
import { noteLine, type Style } from './style.js';
import { alignRows } from './text-width.js';

type Row = readonly [where: string, what: string];

/** What was dropped or defaulted, only where there was something; nothing at all for a clean run. */
export function reportLines(report: RunReport, style: Style): string[] {
  const rows = [...leftRows(report), ...sourceRows(report), ...partRows(report)];
  if (rows.length === 0) return [];
  return [
    noteLine(style, 'worth knowing', 'what was dropped or defaulted on the way'),
    ...alignRows(rows, ['left', 'left'], '   ').map((line) => `    ${line}`),
  ];
}

function leftRows({ left }: RunReport): Row[] {
  const rows: Row[] = [];
  if (left.rowsWithoutTime > 0) {
    rows.push([
      'left',
      `${formatAmount(left.rowsWithoutTime, 'row')} without a time: kept, features null`,
    ]);
  }
  for (const { part, rows: count } of left.rowsWithNullKey) {
    if (count > 0)
      rows.push([
        'left',
        `${formatAmount(count, 'row')} with a null key of ${part}: kept, its features null`,
      ]);
  }
  return rows;
}

function sourceRows({ sources }: RunReport): Row[] {
  return sources.flatMap((source) => {
    const says: string[] = [];
    if (source.rowsWithoutTime > 0) {
      says.push(`${formatAmount(source.rowsWithoutTime, 'row')} without a time: not counted`);
    }
    if (source.rowsWithNullKey > 0) {
      says.push(`${formatAmount(source.rowsWithNullKey, 'row')} with a null key: not counted`);
    }
    if (source.infiniteValues > 0) {
      says.push(
        `${formatAmount(source.infiniteValues, '±Infinity', '±Infinity values')} read as null (--strict refuses)`,
      );
    }
    if (source.duplicateEvents > 0) {
      says.push(`${formatAmount(source.duplicateEvents, 'duplicate event')}: counted once`);
    }
    if (source.missingDays.length > 0) {
      says.push(`no partition inside the windows: ${formatDays(source.missingDays)}`);
    }
    for (const filled of source.filledColumns) says.push(`column filled with null: ${filled}`);
    return says.map((what): Row => [source.source, what]);
  });
}

function partRows({ missingSnapshots, tooManyDistinct }: RunReport): Row[] {
  return [
    ...missingSnapshots
      .filter(({ days }) => days.length > 0)
      .map(({ part, days }): Row => [part, `no snapshot, features null: ${formatDays(days)}`]),
    ...tooManyDistinct
      .filter(({ rows }) => rows > 0)
      .map(
        ({ column, rows }): Row => [
          column,
          `null in ${formatAmount(rows, 'row')}: too many distinct values`,
        ],
      ),
  ];
}
