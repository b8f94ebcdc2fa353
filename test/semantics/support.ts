import {
  type AggregationOn,
  events,
  type GroupBySpec,
  groupBy,
  isTesseraError,
  join,
  type PartOptions,
  part,
  type TesseraError,
} from '@tessera/api';
import { features, type table } from '@tessera/testing';

/** What `table` returns: rows of one source. */
export type Rows = ReturnType<typeof table>;
export type Row = Readonly<Record<string, unknown>>;

const columns = {
  k: 'string',
  t: 'timestamp',
  x: 'double',
  w: 'double',
  f: 'float',
  i: 'int32',
  n: 'int64',
  d: 'decimal(10,2)',
  wide: 'decimal(38,2)',
  s: 'string',
  b: 'boolean',
  day: 'date',
  seen: 'timestamp',
  tags: 'list<string>',
  nums: 'list<double>',
} as const;

/** Events with a column of every kind; a column that a test does not give is null. */
export const log = events({ name: 'log', path: 'log', columns, time: 't' });
export type Asked = AggregationOn<typeof columns>;

/** Left rows: a key and the instant of the question. */
export const asks = events({
  name: 'asks',
  path: 'asks',
  columns: { k: 'string', t: 'timestamp' },
  time: 't',
});

/** Left rows of key `a` at these instants; give them in day order, which is the order they come out in (S4.3). */
export function at(...instants: readonly string[]): Rows {
  return instants.map((t) => ({ k: 'a', t }));
}

export interface Question {
  readonly log: Rows;
  readonly asks: Rows;
  readonly group?: Partial<Pick<GroupBySpec, 'tail' | 'accuracy' | 'empty'>>;
  readonly part?: Pick<PartOptions, 'at'> & {
    readonly lag?: `${number}d` | `${number}h` | `${number}m`;
  };
  readonly strict?: boolean;
  readonly buckets?: number;
}

/** One row per left row: `k`, `t`, and the features of a groupBy `g` over `log`, by key `k`. */
export async function rowsOf(aggregations: readonly Asked[], question: Question): Promise<Row[]> {
  const { strict = false, buckets = 1 } = question;
  const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations, ...question.group });
  const asked = join({ name: 'asked', left: asks, parts: [part(g, question.part)] });
  const given = features(asked).given({ log: question.log, asks: question.asks });
  return (await given.rows({ strict, buckets })) as Row[];
}

/** The value of one feature at every left row. */
export async function valuesOf(aggregation: Asked, question: Question): Promise<unknown[]> {
  return featureValues(await rowsOf([aggregation], question));
}

/** The values of the last column of every row: its only feature. */
export function featureValues(rows: readonly Row[]): unknown[] {
  return rows.map((row) => Object.values(row).at(-1));
}

/** The error that a definition or a run ends with. */
export async function errorOf(work: () => unknown): Promise<TesseraError> {
  try {
    await work();
  } catch (error) {
    if (isTesseraError(error)) return error;
    throw error;
  }
  throw new Error('there was no error');
}

/** Codes of all problems that a definition has. */
export async function codesOf(work: () => unknown): Promise<string[]> {
  return (await errorOf(work)).problems.map((problem) => problem.code);
}
