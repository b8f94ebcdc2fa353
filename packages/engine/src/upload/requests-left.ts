import { DAY_MS, type JoinSpec, type SourceSpec, TesseraError } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  createTableFromBatch,
  openDuckDb,
  quoteIdent,
  quoteLiteral,
  run,
  type TableColumn,
} from '@tessera/lake';
import { columnFromValues, type InputValue } from '../values/to-column.js';
import type { Sample } from './sample-left.js';

/** What a request brought: left columns by name, and its instant. */
export interface LoggedRequest {
  readonly values: Readonly<Record<string, InputValue>>;
  readonly atMs: number;
}

/**
 * Requests as left rows of their join, in files of their own; left columns that they do not bring are null.
 *
 * @param to a folder that is not there yet: receives `ds=…/*.parquet`
 *
 * Throws   BAD_OPTION naming the column and the value that is none of its type
 */
export async function requestsLeft(
  join: JoinSpec,
  requests: readonly LoggedRequest[],
  to: string,
): Promise<Sample> {
  const { left } = join;
  if (left.kind === 'entities')
    throw new TesseraError('BAD_OPTION', {
      option: 'log',
      reason: `cannot be read for ${join.name}: its left has no time`,
    });
  let time = 'requested_at';
  while (left.columns.some(({ name }) => name === time)) time += '_';
  const brought = left.columns.filter(({ name, expression }) => name !== 'ds' && !expression);
  const columns = brought.map(({ name, type }): TableColumn => {
    const dictionary: string[] = [];
    const codes = new Map<string, number>();
    const codeOf = (text: string) => {
      const known = codes.get(text) ?? dictionary.push(text) - 1;
      codes.set(text, known);
      return known;
    };
    const values = requests.map((request) => request.values[name] ?? null);
    const column = columnFromValues({ table: 'log', column: name }, type, values, codeOf);
    return { name, type, column, dictionary };
  });
  const at: Column = {
    kind: 'i64',
    values: BigInt64Array.from(requests, ({ atMs }) => BigInt(atMs)),
    valid: null,
  };
  const session = await openDuckDb({ threads: 1 });
  try {
    const all = [...columns, { name: time, type: { kind: 'epoch_ms' as const }, column: at }];
    await createTableFromBatch(session, 'requests', all, requests.length);
    const day = `strftime(make_timestamp(CAST(floor(${quoteIdent(time)} / ${DAY_MS}.0) AS BIGINT) * ${DAY_MS} * 1000), '%Y-%m-%d')`;
    await run(
      session,
      `COPY (SELECT *, ${day} AS ds FROM requests) TO ${quoteLiteral(to)} (FORMAT parquet, PARTITION_BY (ds))`,
    );
  } finally {
    session.close();
  }
  const source: SourceSpec = {
    ...{ kind: 'events', name: 'requests', path: to, format: 'parquet', time, allowPre1970: true },
    columns: [
      ...brought.map(({ name, type }) => ({ name, type, nullable: true })),
      { name: time, type: { kind: 'epoch_ms' }, nullable: true },
    ],
  };
  return { source, rows: requests.length };
}
