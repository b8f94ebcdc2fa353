import type { Closeness, Feature } from './case.js';
import { DuckDBInstance } from './duckdb.js';

/** How far two results may be apart. `exact`: not at all, which is what two of our own must be. `close`: as each feature says. */
export type Tolerance = 'exact' | 'close';

export interface Comparison {
  readonly features: readonly Feature[];
  /** Globs of Parquet with `row_id` and the features. */
  readonly ours: string;
  readonly theirs: string;
  readonly tolerance: Tolerance;
  /** Rows that there must be. */
  readonly leftRows: number;
  /** SQL condition: only these rows of ours are in theirs. */
  readonly rows?: string;
}

export interface Agreed {
  readonly rows: number;
  readonly cells: number;
}

const RELATIVE: Readonly<Record<Exclude<Closeness, 'equal'>, number>> = {
  sum: 1e-12,
  moment: 1e-8,
};
/** Of what is nearly 0 after rounding on one side, such as the entropy of one value. */
const ABSOLUTE_MOMENT = 1e-12;

/**
 * Compare every cell of two results.
 *
 * Throws   Error that names the columns with differences and one row of each; also for rows that are missing or twice.
 */
export async function assertAgree(who: string, comparison: Comparison): Promise<Agreed> {
  const { features } = comparison;
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '2GB' });
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(compareSql(comparison));
    const row = (result.getRowObjectsJson()[0] ?? {}) as Readonly<Record<string, string | null>>;
    const { our_rows: ours, our_ids: ids, our_all: all, their_rows: theirs, paired } = row;
    if (Number(all) !== comparison.leftRows)
      throw new Error(`Tessera wrote ${all} rows for ${comparison.leftRows} left rows`);
    if (ids !== ours || paired !== ours || theirs !== ours)
      throw new Error(
        `${who}: ${theirs} rows against ${ours} of Tessera (${ids} distinct), ${paired} in both`,
      );
    const wrong = features
      .filter(({ name }) => row[name] !== '0')
      .map(({ name }) => `  ${name}: ${row[name]} rows, such as row_id ${row[`${name}_row`]}`);
    if (wrong.length > 0) throw new Error(`${who} and Tessera differ in:\n${wrong.join('\n')}`);
    return { rows: Number(ours), cells: Number(ours) * features.length };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function compareSql({ features, ours, theirs, tolerance, rows }: Comparison): string {
  const read = (glob: string) =>
    `read_parquet('${glob.replaceAll("'", "''")}', hive_partitioning = false)`;
  const columns = features.flatMap((feature) => {
    const condition = differs(feature, tolerance);
    return [
      `count(*) FILTER (WHERE ${condition}) AS ${feature.name}`,
      `min(row_id) FILTER (WHERE ${condition}) AS ${feature.name}_row`,
    ];
  });
  return `WITH own AS (SELECT * FROM ${read(ours)} WHERE ${rows ?? 'true'}), other AS (FROM ${read(theirs)})
    SELECT (SELECT count(*) FROM ${read(ours)}) AS our_all, (SELECT count(*) FROM own) AS our_rows,
      (SELECT count(DISTINCT row_id) FROM own) AS our_ids, (SELECT count(*) FROM other) AS their_rows,
      count(*) AS paired, ${columns.join(', ')}
    FROM own o JOIN other t USING (row_id)`;
}

function differs({ name, closeness }: Feature, tolerance: Tolerance): string {
  const [a, b] = [`o.${name}`, `t.${name}`];
  if (tolerance === 'exact' || closeness === 'equal') return `${a} IS DISTINCT FROM ${b}`;
  const most = `${RELATIVE[closeness]} * abs(${b})${closeness === 'moment' ? ` + ${ABSOLUTE_MOMENT}` : ''}`;
  // NaN and infinity are as far from themselves as from anything.
  return `((${a} IS NULL) <> (${b} IS NULL) OR NOT isfinite(${a}) OR NOT isfinite(${b}) OR abs(${a} - ${b}) > ${most})`;
}
