import type { ExplainPiece, Explanation } from '@tessera/engine';
import { formatAmount, formatCount } from './numbers.js';
import { alignRows, cutText } from './text-width.js';
import { valueText } from './value-text.js';

const MAX_VALUE_CELLS = 32;

/** What counts, as a table in time order; the middle of many is left out. */
export function pieceLines(explanation: Explanation): string[] {
  const { pieces, origin } = explanation;
  const { count, shown, omitted, gapAt } = pieces;
  const what = origin.sourceKind === 'events' ? 'event' : 'row';
  if (count === 0) return [`no ${what}`];
  const used = columnsOf(explanation);
  const rows = shown.map((piece) => used.map(({ text }) => text(piece)));
  const [header = '', ...lines] = alignRows(
    [used.map(({ name }) => name), ...rows],
    used.map(({ side }) => side),
  );
  const gap = omitted > 0 ? [`… ${formatCount(omitted)} more (--limit, --json)`] : [];
  return [
    formatAmount(count, what),
    header,
    ...lines.slice(0, gapAt),
    ...gap,
    ...lines.slice(gapAt),
  ];
}

interface PieceColumn {
  readonly name: string;
  readonly side: 'left' | 'right';
  readonly text: (piece: ExplainPiece) => string;
}

function columnsOf({ origin, pieces }: Explanation): PieceColumn[] {
  const some = (test: (piece: ExplainPiece) => boolean) => pieces.shown.some(test);
  const cell = (value: ExplainPiece['value']) => cutText(valueText(value), MAX_VALUE_CELLS);
  const columns: (PieceColumn | false)[] = [
    { name: '#', side: 'right', text: ({ idx }) => String(idx + 1) },
    some(({ time }) => time !== null) && {
      name: 'time',
      side: 'left',
      text: ({ time }) => time ?? '',
    },
    origin.input !== null && {
      name: origin.input,
      side: 'right',
      text: ({ value }) => cell(value),
    },
    origin.weight !== null && {
      name: origin.weight,
      side: 'right',
      text: ({ weight }) => cell(weight),
    },
    origin.by !== null && { name: origin.by, side: 'left', text: ({ bucket }) => cell(bucket) },
    origin.operation !== null &&
      some(({ soFar }) => soFar !== null) && {
        name: 'so far',
        side: 'right',
        text: ({ soFar }) => cell(soFar),
      },
    origin.tieBreaker !== null && {
      name: origin.tieBreaker,
      side: 'left',
      text: ({ tieBreaker }) => cell(tieBreaker),
    },
    { name: 'file', side: 'left', text: ({ file }) => file },
    { name: 'row', side: 'right', text: ({ row }) => (row === null ? '' : String(row)) },
  ];
  return columns.filter((column) => column !== false);
}
