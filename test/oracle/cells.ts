import type { DataType, Operation } from './types.js';

/** Where a window begins, for coverage: S2.2, S2.3, S2.4. */
export type Tail = 'sawtooth' | 'exact' | 'unbounded';

/** One thing that must be tried: an operation on a type of input (null: COUNT of rows) with a kind of tail. */
export interface Cell {
  readonly operation: Operation;
  readonly type: DataType | null;
  readonly tail: Tail;
}

const scalar = (kind: Exclude<DataType['kind'], 'decimal' | 'list' | 'map'>): DataType => ({
  kind,
});
const decimal = (precision: number, scale: number): DataType => ({
  kind: 'decimal',
  precision,
  scale,
});
const listOf = (element: DataType): DataType => ({ kind: 'list', element });

const NUMERIC: readonly DataType[] = [
  scalar('int32'),
  scalar('int64'),
  scalar('float'),
  scalar('double'),
  decimal(18, 4),
  decimal(38, 6),
];
const BOOLEAN = [scalar('boolean')];
const TIMES = [
  scalar('date'),
  scalar('timestamp'),
  scalar('timestamptz'),
  scalar('timestamp_ns'),
  scalar('epoch_ms'),
  scalar('epoch_s'),
  scalar('epoch_us'),
];
const ORDERED = [...NUMERIC, ...BOOLEAN, scalar('string'), ...TIMES];

const withLists = (types: readonly DataType[]): DataType[] => [...types, ...types.map(listOf)];

/** S5's table: which inputs an operation takes. A list is exploded or taken whole (S5.6). Exhaustive by its type. */
const INPUTS: { readonly [operation in Operation]: readonly (DataType | null)[] } = {
  COUNT: [null, ...withLists(ORDERED)],
  SUM: withLists([...NUMERIC, ...BOOLEAN]),
  AVERAGE: withLists([...NUMERIC, ...BOOLEAN]),
  WEIGHTED_AVERAGE: withLists(NUMERIC),
  VARIANCE: withLists(NUMERIC),
  STDDEV: withLists(NUMERIC),
  VARIANCE_SAMPLE: withLists(NUMERIC),
  STDDEV_SAMPLE: withLists(NUMERIC),
  SKEW: withLists(NUMERIC),
  KURTOSIS: withLists(NUMERIC),
  MIN: withLists(ORDERED),
  MAX: withLists(ORDERED),
  FIRST: withLists(ORDERED),
  LAST: withLists(ORDERED),
  FIRST_K: withLists(ORDERED),
  LAST_K: withLists(ORDERED),
  TOP_K: withLists(ORDERED),
  BOTTOM_K: withLists(ORDERED),
  UNIQUE_COUNT: withLists(ORDERED),
  APPROX_UNIQUE_COUNT: withLists(ORDERED),
  HISTOGRAM: withLists(ORDERED),
  TOP_K_FREQUENT: withLists(ORDERED),
  DIVERSITY: withLists(ORDERED),
  APPROX_PERCENTILE: withLists(NUMERIC),
  RATE_OF_CHANGE: withLists(NUMERIC),
  VECTOR_AVERAGE: NUMERIC.map(listOf),
  VECTOR_SUM: NUMERIC.map(listOf),
};

const TAILS: readonly Tail[] = ['sawtooth', 'exact', 'unbounded'];

/** Every operation × type × tail that SEMANTICS allows and this folder tries. */
export function allowedCells(): Cell[] {
  return (Object.keys(INPUTS) as Operation[]).flatMap((operation) =>
    INPUTS[operation].flatMap((type) => TAILS.map((tail) => ({ operation, type, tail }))),
  );
}

/** Name of a cell's type in tables: decimals of any size are one kind. */
export function cellType(type: DataType | null | undefined): string {
  if (type === null || type === undefined) return 'rows';
  if (type.kind === 'list') return `list<${cellType(type.element)}>`;
  return type.kind;
}
