import { type DataType, formatType, isEpoch } from '@tessera/api';
import type { DescribedColumn, DescribedTable, SourceSuggestion } from '@tessera/lake';
import { formatAmount, formatBytes, formatShare } from '../output/numbers.js';
import { formatValue } from '../output/summary-table.js';
import { cutText, printable, textCells } from '../output/text-width.js';
import { tsKey, tsString } from './ts-text.js';

export interface SourceToWrite {
  readonly table: DescribedTable;
  readonly suggestion: SourceSuggestion;
  readonly kind: 'events' | 'entities';
  /** Name of the constant. */
  readonly constant: string;
  /** Name of the source. */
  readonly name: string;
  /** What `path` says. */
  readonly path: string;
  /** The same rows from one day on, as a source of their own. */
  readonly recent?: RecentRows;
}

export interface RecentRows {
  readonly constant: string;
  readonly name: string;
  readonly where: string;
  /** What it is for. */
  readonly note: string;
}

/** The definition of a source as TypeScript, with what is known of its columns beside them. */
export function sourceText(source: SourceToWrite): string {
  const { table, suggestion, kind, constant, name, path } = source;
  const [time] = suggestion.times;
  const columns = table.columns.map((column) => {
    const found = suggestion.times.find((one) => one.column === column.name);
    return [
      `    ${tsKey(column.name)}: ${tsString(formatType(found?.type ?? column.type))},`,
      columnNote(column, source),
    ] as const;
  });
  const format =
    table.format === 'csv' && !path.toLowerCase().endsWith('.csv') ? ["  format: 'csv',"] : [];
  const rest =
    kind === 'events'
      ? eventLines(suggestion, time?.column ?? '')
      : entityLines(suggestion, time?.column);
  const { recent } = source;
  const written = ['{', ...beside(columns), '  }'];
  const shared = `${constant}Columns`;
  const definition = (
    { constant: one, name: called }: { readonly constant: string; readonly name: string },
    lines: readonly string[],
  ) => [
    `export const ${one} = ${kind}({`,
    `  name: ${tsString(called)},`,
    `  path: ${tsString(path)},`,
    ...format,
    ...(recent === undefined ? [`  columns: ${written.join('\n')},`] : [`  columns: ${shared},`]),
    ...lines,
    '});',
  ];
  if (recent === undefined) {
    return [
      ...docLines(source),
      ...definition({ constant, name }, rest),
      ...leftOutLines(table),
    ].join('\n');
  }
  const outdented = written.map((line) => line.replace(/^ {2}/, ''));
  return [
    ...docLines(source),
    `const ${shared} = ${outdented.join('\n')} as const;`,
    '',
    ...definition({ constant, name }, rest),
    ...leftOutLines(table),
    '',
    ...wrap(recent.note),
    ...definition(recent, [
      ...rest.filter((line) => !line.trimStart().startsWith('//')),
      `  where: ${tsString(recent.where)},`,
    ]),
  ].join('\n');
}

/** A table that can be neither: what it is, and what it lacks. */
export function unusableText({ table, suggestion, path }: Omit<SourceToWrite, 'constant'>): string {
  const columns = table.columns.map(({ name, type }) => `${name} ${formatType(type)}`).join(', ');
  return [
    `// ${oneLine(path)}: no source.`,
    ...wrap(`${suggestion.why}.`),
    ...wrap(`columns: ${columns}`),
    ...timeFixLines(table, suggestion),
    ...table.notes.flatMap((note) => wrap(note)),
    ...leftOutLines(table),
  ].join('\n');
}

function docLines(source: SourceToWrite): string[] {
  const { table, suggestion, kind } = source;
  const why =
    kind === suggestion.kind
      ? suggestion.why
      : `asked for; it looks like ${suggestion.kind}: ${suggestion.why}`;
  const sampled =
    table.rows === table.sampledRows
      ? ''
      : ` Figures are of ${formatAmount(table.sampledRows, 'row')}.`;
  const head = `${sizeText(table)}.${sampled}`;
  const title = kind === 'events' ? 'Events' : 'Entities';
  return [
    `/* ${oneLine(head)}`,
    ...wrap(`${title}: ${why}.`, ' * '),
    ...table.notes.flatMap((note) => wrap(`! ${note}`, ' * ')),
    ...timeFixLines(table, suggestion).map((line) => line.replace(/^\/\/ /, ' * ')),
    ' */',
  ];
}

/** `78,482 rows in 1 file, 334 kB`. */
export function sizeText(table: DescribedTable): string {
  const rows = table.rows === null ? 'CSV' : formatAmount(table.rows, 'row');
  const days = new Set(table.files.map(({ ds }) => ds));
  const where =
    table.layout === 'hive'
      ? `${formatAmount(days.size, 'partition')}, ${oneLine(table.files[0]?.ds ?? '')} … ${oneLine(table.files.at(-1)?.ds ?? '')}`
      : formatAmount(table.files.length, 'file');
  return `${rows} in ${where}, ${formatBytes(table.bytes)}`;
}

function eventLines(suggestion: SourceSuggestion, time: string): string[] {
  const others = suggestion.times.slice(1).map(({ column }) => column);
  const note = others.length > 0 ? ` // or ${oneLine(others.join(', '))}` : '';
  const { eventId, allowPre1970, keys } = suggestion;
  return [
    `  time: ${tsString(time)},${note}`,
    ...(eventId === null
      ? []
      : [
          `  tieBreaker: ${tsString(eventId)},`,
          `  // eventId: ${tsString(eventId)}, // if rows may be delivered twice: repeats in a partition count once`,
        ]),
    ...(allowPre1970 ? ['  allowPre1970: true,'] : []),
    ...wrap(
      keys.length > 0
        ? `keys to group by: ${keys.slice(0, 8).join(', ')}`
        : 'no column repeats like a key',
      '  // ',
    ),
  ];
}

function entityLines(suggestion: SourceSuggestion, time: string | undefined): string[] {
  const keys = suggestion.entityKeys.map(tsString).join(', ');
  return [
    `  keys: [${keys}],`,
    ...(time === undefined
      ? []
      : [`  // time: ${tsString(time)}, // needed for windows over its rows only`]),
    ...(suggestion.isStatic ? ['  static: true, // one state that holds for every day'] : []),
  ];
}

function columnNote(column: DescribedColumn, { table, suggestion, kind }: SourceToWrite): string {
  const rows = table.sampledRows;
  const { name, nulls, distinct, min, max, type } = column;
  const timeIdx = suggestion.times.findIndex((one) => one.column === name);
  const isEntityKey = kind === 'entities' && suggestion.entityKeys.includes(name);
  const role = isEntityKey
    ? 'key'
    : name === suggestion.eventId
      ? 'one row each'
      : timeIdx === 0
        ? 'time'
        : timeIdx > 0
          ? 'also a time'
          : kind === 'entities' || !suggestion.keys.includes(name)
            ? ''
            : suggestion.keys[0] === name
              ? 'key'
              : 'key?';
  if (rows === 0) return role;
  const shownAs = suggestion.times[timeIdx]?.type ?? type;
  const facts = [
    role,
    nulls === 0 ? '' : nulls === rows ? 'always null' : `${formatShare(nulls, rows)} null`,
    distinct === null || distinct === 0 || nulls === rows ? '' : formatAmount(distinct, 'value'),
    min === null || max === null ? '' : rangeText(valueText(min, shownAs), valueText(max, shownAs)),
    missingTime(column, suggestion),
  ];
  return oneLine(facts.filter((fact) => fact !== '').join(', '));
}

function missingTime({ name }: DescribedColumn, { unreadableTimes }: SourceSuggestion): string {
  return unreadableTimes.some(({ column }) => column === name)
    ? 'a time that is not typed as one'
    : '';
}

function rangeText(min: string, max: string): string {
  return min === max ? min : `${min} … ${max}`;
}

function valueText(printed: string, type: DataType): string {
  const text = isEpoch(type) ? (epochText(printed, type) ?? printed) : formatValue(printed, type);
  return cutText(text.replace(/\+00$/, ''), 24);
}

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  epoch_s: 1000,
  epoch_ms: 1,
  epoch_us: 0.001,
};

/** An epoch number as the instant it is. */
function epochText(printed: string, type: DataType): string | null {
  const ms = Number(printed) * (MS_PER_UNIT[type.kind] ?? Number.NaN);
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '');
}

/** What would make a time of a column that holds one. */
function timeFixLines(table: DescribedTable, suggestion: SourceSuggestion): string[] {
  if (suggestion.unreadableTimes.length === 0) return [];
  const fixes = suggestion.unreadableTimes.map(
    ({ column, fix }) => `${fix} AS "${column.replaceAll('"', '""')}"`,
  );
  const names = suggestion.unreadableTimes.map(({ column }) => `\`${column}\``).join(', ');
  const from = table.layout === 'file' ? table.path : `${table.path}/**/*.parquet`;
  return [
    ...wrap(`${names}: instants that are not typed as such. Any DuckDB rewrites them:`),
    `// COPY (SELECT * REPLACE (${oneLine(fixes.join(', '))})`,
    `//   FROM ${oneLine(`'${from.replaceAll("'", "''")}'`)}) TO 'with-times.parquet';`,
  ];
}

function leftOutLines({ leftOut }: DescribedTable): string[] {
  if (leftOut.length === 0) return [];
  return [
    '// Left out:',
    ...leftOut.map(
      ({ name, fileType, reason }) =>
        `//   ${oneLine(name)}  ${cutText(oneLine(fileType), 40)}: ${oneLine(reason)}`,
    ),
  ];
}

const MAX_CODE_CELLS = 48;

/** Code and what is said about it, in columns where the code is short. */
function beside(lines: readonly (readonly [code: string, note: string])[]): string[] {
  const width = Math.min(MAX_CODE_CELLS, Math.max(0, ...lines.map(([code]) => textCells(code))));
  return lines.map(([code, note]) =>
    note === '' ? code : `${code}${' '.repeat(Math.max(0, width - textCells(code)))} // ${note}`,
  );
}

const MAX_LINE_CELLS = 98;

function wrap(text: string, prefix = '// '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
    if (line !== '' && textCells(prefix) + textCells(line) + 1 + textCells(word) > MAX_LINE_CELLS) {
      lines.push(prefix + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, prefix + line];
}

/** Nothing of the data or of a name ends a comment. */
function oneLine(text: string): string {
  return printable(text).replaceAll('*/', '* /').trim();
}
