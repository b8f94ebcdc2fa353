import type { Case, Closeness, Feature } from './case.js';

/** Puts a feature's window behind an aggregate: `FILTER (…)` in a range join, `OVER …` among window functions. */
export type InWindow = (aggregate: string) => string;

/** An operation of ours, and what gives the same in DuckDB's SQL, where `event_ts` is the event's time. */
interface Equal {
  readonly closeness: Closeness;
  readonly sql: (input: string, inWindow: InWindow) => string;
}

const aggregate =
  (write: (input: string) => string): Equal['sql'] =>
  (input, inWindow) =>
    inWindow(write(input));

const FIRST = (x: string) => `arg_min(${x}, event_ts)`;
const LAST = (x: string) => `arg_max(${x}, event_ts)`;

/** Operations by the words in the names of columns. What SQL has no equal for is not here. */
export const OPERATIONS = {
  count: { closeness: 'equal', sql: aggregate((x) => `count(${x})`) },
  sum: { closeness: 'sum', sql: aggregate((x) => `sum(${x})`) },
  average: { closeness: 'sum', sql: aggregate((x) => `avg(${x})`) },
  min: { closeness: 'equal', sql: aggregate((x) => `min(${x})`) },
  max: { closeness: 'equal', sql: aggregate((x) => `max(${x})`) },
  variance: { closeness: 'moment', sql: aggregate((x) => `var_pop(${x})`) },
  stddev: { closeness: 'moment', sql: aggregate((x) => `stddev_pop(${x})`) },
  variance_sample: { closeness: 'moment', sql: aggregate((x) => `var_samp(${x})`) },
  stddev_sample: { closeness: 'moment', sql: aggregate((x) => `stddev_samp(${x})`) },
  weighted_average: {
    closeness: 'sum',
    sql: (x, inWindow) =>
      `${inWindow(`sum(${x} * ${WEIGHT})`)} / ${inWindow(`sum(${WEIGHT})`)}::DOUBLE`,
  },
  first: { closeness: 'equal', sql: aggregate(FIRST) },
  last: { closeness: 'equal', sql: aggregate(LAST) },
  first3: { closeness: 'equal', sql: aggregate((x) => `arg_min(${x}, event_ts, 3)`) },
  last3: { closeness: 'equal', sql: aggregate((x) => `arg_max(${x}, event_ts, 3)`) },
  top3: { closeness: 'equal', sql: aggregate((x) => `max(${x}, 3)`) },
  bottom3: { closeness: 'equal', sql: aggregate((x) => `min(${x}, 3)`) },
  unique_count: { closeness: 'equal', sql: aggregate((x) => `count(DISTINCT ${x})`) },
  histogram: {
    closeness: 'equal',
    sql: (x, inWindow) => `${inWindow(`histogram(${x})`)}::MAP(VARCHAR, BIGINT)`,
  },
  diversity: {
    closeness: 'moment',
    sql: (x, inWindow) =>
      `CASE WHEN ${inWindow(`count(${x})`)} > 0 THEN ${inWindow(`entropy(${x})`)} * ln(2) END`,
  },
  rate_of_change: {
    closeness: 'sum',
    sql: (x, inWindow) => {
      const [first, last] = [inWindow(FIRST(x)), inWindow(LAST(x))];
      return `CASE WHEN ${inWindow(`count(${x})`)} >= 2 AND ${first} <> 0 THEN (${last} - ${first}) / abs(${first}) END`;
    },
  },
} satisfies Readonly<Record<string, Equal>>;

/** The column that weighs, for WEIGHTED_AVERAGE. */
export const WEIGHT = 'quantity' as const;

export type OperationName = keyof typeof OPERATIONS;

/** A feature over a window with an exact tail, as windows of SQL have them. */
export interface WindowedFeature extends Feature {
  readonly operation: OperationName;
  readonly input: string;
  readonly window: string;
}

export interface WindowedCase extends Case {
  readonly features: readonly WindowedFeature[];
  /** Shortest first. */
  readonly windows: readonly string[];
  /** Columns of the events, besides key and time, that features read. */
  readonly inputs: readonly string[];
  /** What a bare scan makes of the inputs, each: `sum` when absent. */
  readonly scanned?: 'sum' | 'max';
}

interface Columns {
  readonly operations: readonly (readonly [input: string, operation: OperationName])[];
  readonly windows: readonly string[];
  /** Instead of the operation's own, where the column's type allows for more. */
  readonly closeness?: Partial<Readonly<Record<OperationName, Closeness>>>;
}

/** The features of a groupBy named `g`: every operation over every window, in the order of our columns. */
export function windowedFeatures({ operations, windows, closeness }: Columns): WindowedFeature[] {
  return operations.flatMap(([input, operation]) =>
    windows.map((window) => ({
      ...{ name: `g_${input}_${operation}_${window}`, operation, input, window },
      closeness: closeness?.[operation] ?? OPERATIONS[operation].closeness,
    })),
  );
}

/** SQL of a feature's value. */
export function featureSql({ operation, input }: WindowedFeature, inWindow: InWindow): string {
  const equal: Equal = OPERATIONS[operation];
  return equal.sql(input, inWindow);
}
