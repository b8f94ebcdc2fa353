import { rowValue } from '@tessera/algebra';
import { quoteIdent, readRows, run, type Session } from '@tessera/lake';
import type { Value } from '../values/from-column.js';
import { fromDuckDb } from './algebra-values.js';
import { reasonSql, weightSql } from './classify.js';
import type {
  EventPiece,
  ExplainPiece,
  Explanation,
  LeftOutReason,
  Merge,
  Pieces,
} from './explanation.js';
import { type CountedRow, foldOf, type PieceTypes, pieceTypes } from './fold.js';
import { instantText } from './instant.js';
import type { LoadedRows } from './load-rows.js';
import type { Bounds } from './query-time.js';
import type { Request } from './request.js';
import type { TilesToFold } from './tiles-to-fold.js';

const COUNTED = 'counted_rows';
/** Rows that are held at once. */
const PAGE_ROWS = 8192;

export interface Folded {
  readonly leftOut: Explanation['leftOut'];
  readonly pieces: Pieces;
  readonly merge: Merge;
  readonly value: Value;
  /** What training sets are refused for. */
  readonly problem: string | null;
  /** Values that went in, as `FoldResult` counts them. */
  readonly values: number;
  readonly ofTiles: number;
  readonly kept: number;
}

/** Tell the key's rows apart, and merge those that count, one page at a time, with the tiles between them. */
export async function foldPieces(
  session: Session,
  request: Request,
  loaded: LoadedRows,
  bounds: Bounds,
  { tiles, uncountedRows }: TilesToFold,
): Promise<Folded> {
  const reason = reasonSql(request, bounds);
  const leftOut = await leftOutRows(session, reason, loaded, uncountedRows);
  await run(session, countedSql(request, reason, loaded.table));
  const [total] = await readRows(session, `SELECT count(*) AS n FROM ${COUNTED}`);
  const events = Number(total?.n ?? 0);
  const count = events + tiles.length;
  const { limit } = request;
  const gapAt = count <= limit ? count : Math.ceil(limit / 2);
  const lastFrom = count <= limit ? count : count - Math.floor(limit / 2);
  const fold = foldOf(request);
  const shown: ExplainPiece[] = [];
  const types = pieceTypes(request);
  let idx = 0;
  const show = (piece: (at: number) => ExplainPiece) => {
    if (idx < gapAt || idx >= lastFrom) shown.push(piece(idx));
    idx++;
  };
  let folded = 0;
  const foldTiles = (untilMs: number) => {
    for (; folded < tiles.length && tiles[folded]!.startMs <= untilMs; folded++) {
      const { piece, counted } = tiles[folded]!;
      fold.addTile(counted);
      show((at) => ({
        ...{ kind: 'tile', idx: at, ...piece },
        soFar: types.by === null ? fold.soFar(null) : null,
      }));
    }
  };
  for (let at = 0; at < events; at += PAGE_ROWS) {
    const rows = await readRows(
      session,
      `FROM ${COUNTED} WHERE idx >= ${at} AND idx < ${at + PAGE_ROWS} ORDER BY idx`,
    );
    for (const row of rows) {
      const counted = countedRow(row, types);
      foldTiles(counted.timeMs);
      fold.add(counted);
      show((own) => ({
        ...{ kind: 'event', idx: own, ...eventPiece(row, counted, types, loaded) },
        soFar: fold.soFar(counted.bucket),
      }));
    }
  }
  foldTiles(Number.POSITIVE_INFINITY);
  const { problem, ...result } = fold.result();
  return {
    leftOut,
    pieces: { count, shown, omitted: count - shown.length, gapAt },
    merge: fold.merge(),
    problem: problem?.problem ?? null,
    ...result,
  };
}

type Row = Awaited<ReturnType<typeof readRows>>[number];

function countedRow(row: Row, types: PieceTypes): CountedRow {
  return {
    value: types.input === null ? null : fromDuckDb(types.input, row.value),
    weight: row.weight === null ? null : Number(row.weight),
    bucket: types.by === null ? null : fromDuckDb(types.by, row.bucket),
    tie: types.tie === null ? null : fromDuckDb(types.tie, row.tie),
    timeMs: row.t === null ? 0 : Number(row.t),
  };
}

function eventPiece(
  row: Row,
  { value, weight, bucket, tie }: CountedRow,
  types: PieceTypes,
  { read }: LoadedRows,
): Omit<EventPiece, 'kind' | 'idx' | 'soFar'> {
  return {
    file: read.files[Number(row.file)] ?? '',
    row: row.file_row === null ? null : Number(row.file_row),
    time: row.t === null ? null : instantText(Number(row.t)),
    value: types.input === null ? null : rowValue(types.input, value, 'bigint'),
    weight,
    bucket: types.by === null ? null : rowValue(types.by, bucket, 'bigint'),
    tieBreaker: types.tie === null ? null : rowValue(types.tie, tie, 'bigint'),
  };
}

/** In the order in which a scan drops them. */
const ORDER: readonly LeftOutReason[] = [
  'repeat',
  'source-where',
  'other-partition',
  'no-time',
  'too-early',
  'too-late',
  'where',
  'null-bucket',
  'null-input',
  'infinite-input',
  'null-weight',
  'in-tile',
];

async function leftOutRows(
  session: Session,
  reason: string,
  { repeats, sourceWhere, table }: LoadedRows,
  uncountedRows: number,
): Promise<Explanation['leftOut']> {
  const found = await readRows(
    session,
    `SELECT __why AS reason, count(*) AS n FROM (SELECT ${reason} AS __why FROM ${table}) WHERE __why IS NOT NULL GROUP BY __why`,
  );
  const rows = new Map<string, number>(found.map((row) => [String(row.reason), Number(row.n)]));
  rows.set('repeat', repeats);
  rows.set('source-where', sourceWhere);
  rows.set('in-tile', uncountedRows);
  return ORDER.flatMap((one) => {
    const n = rows.get(one) ?? 0;
    return n > 0 ? [{ reason: one, rows: n }] : [];
  });
}

/** Rows that count, numbered by (time, tie-breaker, value): S5.4's order, then file and row for the eye alone. */
function countedSql({ part, column }: Request, reason: string, table: string): string {
  const { source, aggregations } = part.groupBy;
  const aggregation = aggregations[column.aggregationIdx];
  const or = (name: string | undefined) => (name === undefined ? 'NULL' : quoteIdent(name));
  const weight = aggregation?.weight === undefined ? 'NULL' : weightSql(source, aggregation.weight);
  const columns = [
    `${or(column.input)} AS value`,
    `${weight} AS weight`,
    `${or(aggregation?.by)} AS bucket`,
    `${or(source.tieBreaker)} AS tie`,
    '__t AS t',
    '__file AS file',
    '__file_row AS file_row',
  ];
  const order = ['t', 'tie', 'value', 'file', 'file_row'].map((name) => `${name} NULLS FIRST`);
  return `CREATE TEMP TABLE ${COUNTED} AS SELECT row_number() OVER (ORDER BY ${order.join(', ')}) - 1 AS idx, * FROM (SELECT ${columns.join(', ')} FROM ${table} WHERE (${reason}) IS NULL) ORDER BY idx`;
}
