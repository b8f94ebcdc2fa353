import type { ColumnExplanation, Fetched, PartStatus } from '@tessera/fetcher';
import { formatAge, formatAmount, formatBytes } from './numbers.js';
import { doneLine, INDENT, noteLine, paint, type Style } from './style.js';
import { alignRows } from './text-width.js';
import { instantText } from './upload-lines.js';
import { jsonValue } from './value-text.js';

export interface FetchWords {
  readonly unit: string;
  readonly store: string;
  readonly ms: number;
}

/** A served row: values, how fresh each part is, and what values were merged from where that was asked for. */
export function fetchLines(
  { row, atMs, version, parts, unserved, explain }: Fetched<Readonly<Record<string, unknown>>>,
  { unit, store, ms }: FetchWords,
  style: Style,
): string[] {
  const values = Object.entries(row).map(([name, value]) => [name, valueText(value, style)]);
  return [
    doneLine(
      style,
      'fetched',
      `${unit} at ${instantText(atMs)} from ${store}   ${version ?? 'no version'}   ${ms.toFixed(1)} ms`,
    ),
    ...parts.map((part) => partLine(part, style)),
    ...(unserved.length === 0
      ? []
      : [
          noteLine(
            style,
            'not served',
            `null because no part that is online has it: ${unserved.join(', ')}`,
          ),
        ]),
    '',
    ...alignRows(values, ['left', 'left']).map((line) => `  ${line}`),
    ...(explain === undefined ? [] : ['', ...explain.flatMap((one) => explainLines(one, style))]),
  ];
}

function partLine({ part, status, asOfMs, ageMs, added, error }: PartStatus, style: Style): string {
  const fresh =
    asOfMs === null
      ? ''
      : `as of ${instantText(asOfMs)}${ageMs === null ? '' : `, ${formatAge(ageMs)} old`}`;
  const more = added === undefined ? '' : `   not uploaded yet: ${added.join(', ')}`;
  if (status === 'ok') return doneLine(style, '', `${part}   ${fresh}${more}`);
  const why = error === undefined ? '' : `   ${error.code}: ${error.summary}`;
  return noteLine(style, status, `${part}   ${fresh}${more}${why}`);
}

function valueText(value: unknown, style: Style): string {
  if (value === null || value === undefined) return paint(style, 'dim', 'null');
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  return JSON.stringify(value, jsonValue);
}

function explainLines(
  { column, part, queryMs, from, startMs, pieces }: ColumnExplanation,
  style: Style,
): string[] {
  const window =
    from === 'states'
      ? `${startMs === null ? 'all' : `from ${instantText(startMs)}`} until ${instantText(queryMs)}`
      : from === 'row'
        ? 'the row of its key'
        : 'nothing is known of its key';
  const rows = pieces.map((piece) => [
    piece.startMs === null ? 'the beginning' : instantText(piece.startMs),
    `to ${instantText(piece.endMs)}`,
    formatBytes(piece.bytes),
  ]);
  return [
    `  ${paint(style, 'bold', column)}   ${part}, ${window}   ${formatAmount(pieces.length, 'piece')}`,
    ...alignRows(rows, ['left', 'left', 'right']).map((line) => INDENT + line),
  ];
}
