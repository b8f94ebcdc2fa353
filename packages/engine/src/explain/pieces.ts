import { quoteIdent, readRows, run, type Session } from '@tessera/lake';
import type { Value } from '../values/from-column.js';
import { fromDuckDb, shownValue } from './algebra-values.js';
import { reasonSql, weightSql } from './classify.js';
import type { ExplainPiece, Explanation, LeftOutReason, Merge, Pieces } from './explanation.js';
import { type CountedRow, foldOf, pieceTypes } from './fold.js';
import { instantText } from './instant.js';
import { type LoadedRows, ROWS } from './load-rows.js';
import type { Bounds } from './query-time.js';
import type { Request } from './request.js';

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
  /** Values that went in: list elements one by one. */
  readonly values: number;
}

/** Tell the key's rows apart, and merge those that count, one page at a time. */
export async function foldPieces(
  session: Session,
  request: Request,
  loaded: LoadedRows,
  bounds: Bounds,
): Promise<Folded> {
  const reason = reasonSql(request, bounds);
  const leftOut = await leftOutRows(session, reason, loaded);
  await run(session, countedSql(request, reason));
  const [total] = await readRows(session, `SELECT count(*) AS n FROM ${COUNTED}`);
  const count = Number(total?.n ?? 0);
  const { limit } = request;
  const gapAt = count <= limit ? count : Math.ceil(limit / 2);
  const lastFrom = count <= limit ? count : count - Math.floor(limit / 2);
  const fold = foldOf(request);
  const shown: ExplainPiece[] = [];
  const types = pieceTypes(request);
  for (let at = 0; at < count; at += PAGE_ROWS) {
    const rows = await readRows(
      session,
      `FROM ${COUNTED} WHERE idx >= ${at} AND idx < ${at + PAGE_ROWS} ORDER BY idx`,
    );
    for (const row of rows) {
      const counted: CountedRow = {
        value: types.input === null ? null : fromDuckDb(types.input, row.value),
        weight: row.weight === null ? null : Number(row.weight),
        bucket: types.by === null ? null : fromDuckDb(types.by, row.bucket),
        tie: types.tie === null ? null : fromDuckDb(types.tie, row.tie),
        timeMs: row.t === null ? 0 : Number(row.t),
      };
      fold.add(counted);
      const idx = Number(row.idx);
      if (idx >= gapAt && idx < lastFrom) continue;
      shown.push({
        kind: 'event',
        idx,
        file: loaded.read.files[Number(row.file)] ?? '',
        row: row.file_row === null ? null : Number(row.file_row),
        time: row.t === null ? null : instantText(Number(row.t)),
        value: types.input === null ? null : shownValue(types.input, counted.value, 'bigint'),
        weight: counted.weight,
        bucket: types.by === null ? null : shownValue(types.by, counted.bucket, 'bigint'),
        tieBreaker: types.tie === null ? null : shownValue(types.tie, counted.tie, 'bigint'),
        soFar: fold.soFar(counted.bucket),
      });
    }
  }
  const { value, problem, values } = fold.result();
  return {
    leftOut,
    pieces: { count, shown, omitted: count - shown.length, gapAt },
    merge: fold.merge(),
    value,
    problem: problem?.problem ?? null,
    values,
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
];

async function leftOutRows(
  session: Session,
  reason: string,
  { repeats, sourceWhere }: LoadedRows,
): Promise<Explanation['leftOut']> {
  const found = await readRows(
    session,
    `SELECT __why AS reason, count(*) AS n FROM (SELECT ${reason} AS __why FROM ${ROWS}) WHERE __why IS NOT NULL GROUP BY __why`,
  );
  const rows = new Map<string, number>(found.map((row) => [String(row.reason), Number(row.n)]));
  rows.set('repeat', repeats);
  rows.set('source-where', sourceWhere);
  return ORDER.flatMap((one) => {
    const n = rows.get(one) ?? 0;
    return n > 0 ? [{ reason: one, rows: n }] : [];
  });
}

/** Rows that count, numbered by (time, tie-breaker, value): S5.4's order, then file and row for the eye alone. */
function countedSql({ part, column }: Request, reason: string): string {
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
  return `CREATE TEMP TABLE ${COUNTED} AS SELECT row_number() OVER (ORDER BY ${order.join(', ')}) - 1 AS idx, * FROM (SELECT ${columns.join(', ')} FROM ${ROWS} WHERE (${reason}) IS NULL) ORDER BY idx`;
}
