import { formatType } from '@tessera/api';
import type { ColumnOrigin, Explanation } from '@tessera/engine';
import { mergeLines } from './explain-merge.js';
import { pieceLines } from './explain-pieces.js';
import { formatAmount, formatCount } from './numbers.js';
import { doneLine, noteLine, paint, type Style } from './style.js';
import { alignRows, cutText } from './text-width.js';
import { valueText } from './value-text.js';

const MAX_VALUE_CELLS = 2000;
const LABEL_CELLS = 11;

/** One cell, from its definition to its value. */
export function explainLines(explanation: Explanation, style: Style): string[] {
  const { column, type, outcome, why } = explanation;
  const head =
    outcome.kind === 'value'
      ? doneLine(style, 'value', cutText(valueText(outcome.value), MAX_VALUE_CELLS))
      : noteLine(style, outcome.code, outcome.message);
  const hint = outcome.kind === 'refused' && outcome.hint !== null ? outcome.hint.split('\n') : [];
  return [
    `${paint(style, 'bold', column)}  ${formatType(type)}`,
    ...section('column', originRows(explanation)),
    ...section('at', queryRows(explanation)),
    ...section('window', windowRows(explanation)),
    ...section('read', readRows(explanation)),
    ...section('left out', leftOutRows(explanation)),
    ...section('counts', pieceLines(explanation)),
    ...section('merge', explanation.origin.operation === null ? [] : mergeLines(explanation.merge)),
    head,
    ...[why, ...hint].map((line) => `${' '.repeat(19)}${line}`),
  ];
}

/** A label in front of the first of some lines. */
export function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, idx) =>
    `  ${(idx === 0 ? label : '').padEnd(LABEL_CELLS)}${line}`.trimEnd(),
  );
}

function originRows({ origin, keys }: Explanation): string[] {
  const kind = origin.sourceKind === 'events' ? 'events of' : 'snapshots of';
  const rules = [
    origin.at === 'inclusive' && 'inclusive',
    origin.empty === 'null' && "empty: 'null'",
    origin.missing === 'null' && "missing: 'null'",
    origin.eventId !== null && `events by ${origin.eventId}`,
    origin.sourceWhere !== null && `rows of the source where ${origin.sourceWhere}`,
  ].filter((rule) => rule !== false);
  const by = keys.map(({ left, right, value }) =>
    left === right ? `${right} = ${valueText(value)}` : `${right} = ${valueText(value)} (${left})`,
  );
  const prefix = origin.prefix === null ? '' : ` (prefix ${origin.prefix})`;
  return [
    computation(origin),
    `part ${origin.part}${prefix}, ${kind} ${origin.source} by ${by.join(', ')}`,
    ...(rules.length > 0 ? [rules.join(', ')] : []),
  ];
}

/** `SUM of amount over 7d where currency <> 'USD'`. */
function computation(origin: ColumnOrigin): string {
  if (origin.operation === null) return `${origin.input} as it is`;
  const { k, percentiles } = origin;
  const argument =
    k !== null ? `(${k})` : percentiles !== null ? `(${percentiles.join(', ')})` : '';
  const words = [
    `${origin.operation}${argument} of ${origin.input ?? 'rows'}`,
    origin.weight !== null && `weighted by ${origin.weight}`,
    origin.window === null
      ? 'over all of the past'
      : `over ${origin.ahead === undefined ? '' : 'the next '}${origin.window}`,
    origin.where !== null && `where ${origin.where}`,
    origin.by !== null && `by ${origin.by}`,
  ];
  return words.filter((word) => word !== false).join(' ');
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function durationText(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${ms / MINUTE_MS}m`;
}

function queryRows({ query, origin }: Explanation): string[] {
  const words = {
    ahead: `plus the label's window of ${durationText(origin.ahead?.windowMs ?? 0)}`,
    lag: `minus the part's lag of ${durationText(origin.lagMs)}`,
    snapshot: 'the midnight before: the part is a snapshot',
    inclusive: "plus 1 ms: the part says at: 'inclusive'",
  };
  return alignRows(
    [[query.asked, 'asked'], ...query.steps.map(({ step, at }) => [at, words[step]])],
    ['left', 'left'],
  );
}

function windowRows({ window, snapshot, origin }: Explanation): string[] {
  const rows: string[] = [];
  if (snapshot !== null) {
    const { ds, exists } = snapshot;
    rows.push(
      ds === null
        ? 'static: one state for every day'
        : `partition ds=${ds}, the state at the end of the day before${exists ? '' : ': it does not exist'}`,
    );
  }
  if (window === null) {
    if (origin.operation !== null) rows.push('all of its rows: the source has no time');
  } else if (window.window === null || window.start === null)
    rows.push(`before ${window.end}, no lower limit`);
  else {
    rows.push(`[${window.start}, ${window.end})`);
    if (origin.ahead !== undefined)
      rows.push(`looks ahead; the source's data end at ${origin.ahead.dataEnd ?? 'no time: none'}`);
    else if (window.hopMs === null)
      rows.push(`begins ${window.window} before its end (exact tail)`);
    else {
      const hop = durationText(window.hopMs);
      rows.push(`begins ${window.window} before its end, down to the grid of its hop, ${hop}`);
    }
  }
  return rows;
}

function readRows({ read, tiles, whyRows }: Explanation): string[] {
  const { files, totalFiles, rows, rowsOfKey } = read;
  const rest = tiles === undefined ? '' : ', or are read as tiles';
  const others = files.length < totalFiles ? ` (the others hold nothing of it${rest})` : '';
  return [
    `${formatCount(files.length)} of ${formatAmount(totalFiles, 'file')}${others}, ${formatAmount(rows, 'row')}, ${formatCount(rowsOfKey)} of the key`,
    ...(tiles === undefined ? [] : tileRows(tiles)),
    ...(whyRows === undefined ? [] : [`no tiles: ${whyRows}`]),
  ];
}

function tileRows(tiles: NonNullable<Explanation['tiles']>): string[] {
  const { set, levels, files, rows, checked } = tiles;
  const of = levels.map(({ level, tiles: n, places }) => {
    const one = level === '8d' || level === '64d' ? 'block' : 'partition';
    return `${formatCount(n)} of ${level} in ${formatAmount(places, one)}`;
  });
  return [
    `tiles of the key: ${of.join(', ')}; ${formatAmount(rows, 'event')} of ${formatAmount(files, 'file')}, from ${set}`,
    `checked: the events alone, ${formatCount(checked.rowsOfKey)} of the key in ${formatAmount(checked.files, 'file')}, give the same value`,
  ];
}

const REASONS: Readonly<Record<Explanation['leftOut'][number]['reason'], string>> = {
  repeat: 'repeats of an event, or of a key in its dump',
  'source-where': "the source's own where is not true",
  'other-partition': 'of another partition',
  'no-time': 'without a time, or one outside 1970-2200',
  'too-early': 'before the window',
  'too-late': 'at or after its end',
  where: 'where is not true',
  'null-bucket': 'null bucket',
  'null-input': 'null input',
  'infinite-input': '±Infinity, read as null',
  'null-weight': 'null weight',
  'in-tile': 'in tiles that do not count them: null input, where …',
};

function leftOutRows({ leftOut }: Explanation): string[] {
  return alignRows(
    leftOut.map(({ reason, rows }) => [formatCount(rows), REASONS[reason]]),
    ['right', 'left'],
  );
}
