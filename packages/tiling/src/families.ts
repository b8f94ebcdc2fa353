import {
  type AggregationSpec,
  type ColumnSpec,
  contentHash,
  type DataType,
  type Expression,
  expressionColumns,
  formatType,
  hashedForm,
  identityOf,
  isFloat,
  isInputColumn,
  OPERATION_RULES,
  type SourceSpec,
  seenType,
  sourceScan,
  TesseraError,
  withInputs,
} from '@tessera/api';

/** Part of every hash here: raised when the columns of any state, or what they mean, change. */
export const TILE_FORMAT = 2;

/** What a tile holds of its rows; which columns each has is said in `state-columns.ts`. */
export type StateKind =
  | 'count'
  | 'sum'
  | 'isum'
  | 'moments'
  | 'wsum'
  | 'min'
  | 'max'
  | 'first'
  | 'last'
  | 'top'
  | 'bottom'
  | 'distinct'
  | 'hll'
  | 'percentile'
  | 'vector';

export interface TypedColumn {
  readonly column: string;
  readonly type: DataType;
  /** Of a computed column: its expression, and what that reads, as hashed. */
  readonly computed?: unknown;
}

/**
 * One state column of a tile set: which state, of which rows. Windows, tails, lags and names are not in it, nor what only
 * reading the state needs (percentiles, k of TOP_K_FREQUENT). Plain data.
 */
export interface StateFamily {
  /** 128 bits, hex: equal hashes, equal columns. Names the file. */
  readonly hash: string;
  readonly kind: StateKind;
  /** The input with its declared type; null for COUNT of rows. */
  readonly input: TypedColumn | null;
  /** A list input's elements are the values (S5.6). */
  readonly exploded: boolean;
  /** How many are kept: first, last, top, bottom. */
  readonly k?: number;
  /** The highest power: moments. */
  readonly powers?: 2 | 3 | 4;
  readonly where?: Expression;
  readonly by?: TypedColumn;
  readonly weight?: TypedColumn;
  /** The source's tieBreaker, where it decides: first, last. */
  readonly tie?: TypedColumn;
}

/** What a state is of one value: the input's type, or its element's where lists are opened. */
export function valueType({ input, exploded }: StateFamily): DataType | null {
  if (input === null) return null;
  return exploded && input.type.kind === 'list' ? input.type.element : input.type;
}

/**
 * The state columns that answer an aggregation, in every window: one, but for RATE_OF_CHANGE, which needs the first value,
 * the last, and how many there are.
 *
 * Throws  INTERNAL when the aggregation names a column that the source has not
 */
export function statesOf(aggregation: AggregationSpec, source: SourceSpec): readonly StateFamily[] {
  const { operation, input, k, weight, where, by } = aggregation;
  const key = JSON.stringify([operation, input, k, weight, where, by]);
  const known = ofSources.get(source) ?? new Map<string, readonly StateFamily[]>();
  ofSources.set(source, known);
  const found = known.get(key) ?? madeStates(aggregation, source);
  known.set(key, found);
  return found;
}

/** By the source itself, then by what decides states: many definitions ask one source for the same. */
const ofSources = new WeakMap<SourceSpec, Map<string, readonly StateFamily[]>>();

function madeStates(aggregation: AggregationSpec, source: SourceSpec): readonly StateFamily[] {
  const typed = (column: string): TypedColumn => {
    const found = source.columns.find(({ name }) => name === column);
    if (found === undefined) {
      throw new TesseraError('INTERNAL', { reason: `${source.name} has no column ${column}` });
    }
    return typedColumn(source, found);
  };
  const { operation, where, by, weight } = aggregation;
  const input = aggregation.input === undefined ? null : typed(aggregation.input);
  const exploded = input?.type.kind === 'list' && !OPERATION_RULES[operation].whole;
  return partsOf(aggregation, input?.type ?? null).map((part) => {
    const timed = part.kind === 'first' || part.kind === 'last';
    const family = {
      ...part,
      input,
      exploded,
      ...(where !== undefined && { where }),
      ...(by !== undefined && { by: typed(by) }),
      ...(part.kind === 'wsum' && weight !== undefined && { weight: typed(weight) }),
      ...(timed && source.tieBreaker !== undefined && { tie: typed(source.tieBreaker) }),
    };
    return withHash(family, where === undefined ? [] : seenBy(where, source));
  });
}

function typedColumn(source: SourceSpec, { name, type, expression }: ColumnSpec): TypedColumn {
  if (expression === undefined) return { column: name, type };
  const read = withInputs(source, [name]);
  const computed = source.columns.filter((one) => read.includes(one.name)).map(identityOf);
  return { column: name, type, computed };
}

/** The columns that a condition reads, by name: what it compares depends on their types. Verbatim SQL may read any. */
function seenBy(where: Expression, source: SourceSpec): readonly TypedColumn[] {
  const named = expressionColumns(where);
  return source.columns
    .filter((column) => named?.includes(column.name) ?? !isInputColumn(column))
    .map((column) => typedColumn(source, column))
    .sort((a, b) => (a.column < b.column ? -1 : 1));
}

type Part = Pick<StateFamily, 'kind' | 'k' | 'powers'>;

function partsOf(aggregation: AggregationSpec, input: DataType | null): readonly Part[] {
  const { operation, k = 1 } = aggregation;
  switch (operation) {
    case 'COUNT':
      return [{ kind: 'count' }];
    case 'SUM':
    case 'AVERAGE': {
      const value = input === null ? null : seenType(operation, input);
      return [{ kind: value !== null && needsTerms(value) ? 'sum' : 'isum' }];
    }
    case 'WEIGHTED_AVERAGE':
      return [{ kind: 'wsum' }];
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
      return [{ kind: 'moments', powers: 2 }];
    // A value whose fourth power overflows is in no sum of KURTOSIS, but in those of SKEW: they cannot share.
    case 'SKEW':
      return [{ kind: 'moments', powers: 3 }];
    case 'KURTOSIS':
      return [{ kind: 'moments', powers: 4 }];
    case 'MIN':
      return [{ kind: 'min' }];
    case 'MAX':
      return [{ kind: 'max' }];
    case 'FIRST':
      return [{ kind: 'first', k: 1 }];
    case 'LAST':
      return [{ kind: 'last', k: 1 }];
    case 'FIRST_K':
      return [{ kind: 'first', k }];
    case 'LAST_K':
      return [{ kind: 'last', k }];
    case 'RATE_OF_CHANGE':
      return [{ kind: 'first', k: 1 }, { kind: 'last', k: 1 }, { kind: 'count' }];
    case 'TOP_K':
      return [{ kind: 'top', k }];
    case 'BOTTOM_K':
      return [{ kind: 'bottom', k }];
    case 'UNIQUE_COUNT':
    case 'HISTOGRAM':
    case 'DIVERSITY':
    case 'TOP_K_FREQUENT':
      return [{ kind: 'distinct' }];
    case 'APPROX_UNIQUE_COUNT':
      return [{ kind: 'hll' }];
    case 'APPROX_PERCENTILE':
      return [{ kind: 'percentile' }];
    case 'VECTOR_SUM':
    case 'VECTOR_AVERAGE':
      return [{ kind: 'vector' }];
  }
}

/** Decimals of up to this many digits add up in 128 bits, and in 38 digits, however many rows a tile has. */
const NARROW_DIGITS = 26;

/** Floats, and integers too wide for sums of 128 bits, are summed as lists of doubles. */
function needsTerms(type: DataType): boolean {
  return isFloat(type) || (type.kind === 'decimal' && type.precision > NARROW_DIGITS);
}

function withHash(
  family: Omit<StateFamily, 'hash'>,
  filtered: readonly TypedColumn[],
): StateFamily {
  const { input, where, by, weight, tie } = family;
  const text = (column: TypedColumn | null | undefined) =>
    column
      ? [
          column.column,
          formatType(column.type),
          ...(column.computed === undefined ? [] : [column.computed]),
        ]
      : undefined;
  const hash = contentHash({
    ...family,
    input: text(input),
    where: where && hashedForm(where),
    by: text(by),
    weight: text(weight),
    tie: text(tie),
    ...(filtered.length > 0 && { filtered: filtered.map(text) }),
    tileFormat: TILE_FORMAT,
  });
  return { hash, ...family };
}

/**
 * The rows that tiles are made of, and their keys: source definition, filter, event ids, time, key columns in order. 128
 * bits, hex. Neither the source's name nor what only states read (inputs, a tieBreaker that chooses no rows) is in it.
 */
export function tileSetHash(source: SourceSpec, keys: readonly string[]): string {
  const known = setsOfSources.get(source) ?? new Map<string, string>();
  setsOfSources.set(source, known);
  const key = JSON.stringify(keys);
  const found = known.get(key) ?? hashSet(source, keys);
  known.set(key, found);
  return found;
}

const setsOfSources = new WeakMap<SourceSpec, Map<string, string>>();

function hashSet(source: SourceSpec, keys: readonly string[]): string {
  // Of repeated events the tieBreaker says which one stays (S1.5).
  const tieBreaker = source.eventId === undefined ? undefined : source.tieBreaker;
  return contentHash({
    scan: sourceScan({ ...source, tieBreaker }, keys, 'used'),
    keys,
    tileFormat: TILE_FORMAT,
  });
}
