import type { EventPiece, ExplainPiece, Explanation, TilePiece } from '@tessera/engine';
import { stateText } from './explain-state.js';
import { formatAmount, formatCount } from './numbers.js';
import { alignRows, cutText } from './text-width.js';
import { valueText } from './value-text.js';

const MAX_VALUE_CELLS = 32;
const MAX_STATE_CELLS = 48;

/** What counts, as a table in time order; the middle of many is left out. */
export function pieceLines(explanation: Explanation): string[] {
  const { pieces } = explanation;
  const { count, shown, omitted, gapAt } = pieces;
  const amount = amountText(explanation);
  if (count === 0) return [amount];
  const used = columnsOf(explanation);
  const rows = shown.map((piece) => used.map((column) => cellText(column, piece)));
  const [header = '', ...lines] = alignRows(
    [used.map(({ name }) => name), ...rows],
    used.map(({ side }) => side),
  );
  const gap = omitted > 0 ? [`… ${formatCount(omitted)} more (--limit, --json)`] : [];
  return [amount, header, ...lines.slice(0, gapAt), ...gap, ...lines.slice(gapAt)];
}

function amountText({ pieces, origin, tiles }: Explanation): string {
  const what = origin.sourceKind === 'events' ? 'event' : 'row';
  if (pieces.count === 0) return `no ${what}`;
  const read = tiles?.pieces ?? 0;
  const events = pieces.count - read;
  if (read === 0) return formatAmount(events, what);
  const amount = formatAmount(read, 'tile');
  const all = events === 0 ? amount : `${amount} and ${formatAmount(events, what)}`;
  return `${all} (--tiles off: every event)`;
}

interface PieceColumn {
  readonly name: string;
  readonly side: 'left' | 'right';
  readonly event: (piece: EventPiece) => string;
  /** Default: nothing. */
  readonly tile?: (piece: TilePiece) => string;
}

function cellText({ event, tile }: PieceColumn, piece: ExplainPiece): string {
  return piece.kind === 'event' ? event(piece) : (tile?.(piece) ?? '');
}

function columnsOf({ origin, pieces, tiles }: Explanation): PieceColumn[] {
  const some = (test: (piece: ExplainPiece) => boolean) => pieces.shown.some(test);
  const cell = (value: EventPiece['value']) => cutText(valueText(value), MAX_VALUE_CELLS);
  const hasTiles = some(({ kind }) => kind === 'tile');
  const hasEvents = some(({ kind }) => kind === 'event');
  const state = (piece: TilePiece) => cutText(stateText(piece), MAX_STATE_CELLS);
  const columns: (PieceColumn | false)[] = [
    {
      name: '#',
      side: 'right',
      event: ({ idx }) => String(idx + 1),
      tile: ({ idx }) => String(idx + 1),
    },
    hasTiles && {
      name: 'piece',
      side: 'left',
      event: () => 'event',
      tile: ({ level }) => `tile ${level}`,
    },
    some((piece) => piece.kind === 'tile' || piece.time !== null) && {
      name: 'time',
      side: 'left',
      event: ({ time }) => time ?? '',
      tile: hopText,
    },
    hasTiles && {
      name: 'events',
      side: 'right',
      event: () => '',
      tile: ({ n }) => formatCount(n),
    },
    (origin.input !== null || hasTiles) && {
      name: cutText(origin.input ?? 'state', MAX_VALUE_CELLS),
      side: 'right',
      event: ({ value }) => (origin.input === null ? '' : cell(value)),
      tile: state,
    },
    hasEvents &&
      origin.weight !== null && {
        name: cutText(origin.weight, MAX_VALUE_CELLS),
        side: 'right',
        event: ({ weight }) => cell(weight),
      },
    hasEvents &&
      origin.by !== null && { name: origin.by, side: 'left', event: ({ bucket }) => cell(bucket) },
    origin.operation !== null &&
      some(({ soFar }) => soFar !== null) && {
        name: 'so far',
        side: 'right',
        event: ({ soFar }) => cell(soFar),
        tile: ({ soFar }) => (origin.by === null ? cell(soFar) : ''),
      },
    hasEvents &&
      origin.tieBreaker !== null && {
        name: origin.tieBreaker,
        side: 'left',
        event: ({ tieBreaker }) => cell(tieBreaker),
      },
    {
      name: 'file',
      side: 'left',
      event: ({ file }) => file,
      tile: ({ files }) => folderText(files[0] ?? '', tiles?.set ?? ''),
    },
    hasEvents && {
      name: 'row',
      side: 'right',
      event: ({ row }) => (row === null ? '' : String(row)),
    },
  ];
  return columns.filter((column) => column !== false);
}

/** The hop that a tile stands for: a day, days, or the instant where an hour or less begins. */
function hopText({ level, start, end }: TilePiece): string {
  const day = start.slice(0, 10);
  if (level === '1d') return day;
  if (level === '1h' || level === '5m') return `${start.slice(0, 16)}Z`;
  const last = new Date(Date.parse(end) - 1).toISOString().slice(0, 10);
  return `${day} … ${last}`;
}

/** `1d/ds=2025-02-14`: the folder of the place, which the tile set's own is named once for. */
function folderText(file: string, set: string): string {
  return file
    .slice(set.length + 1)
    .split(/[\\/]/)
    .slice(0, 2)
    .join('/');
}
