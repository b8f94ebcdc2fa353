import { show } from './compare.js';
import type { DuckdbResult } from './duckdb-oracle.js';
import { featuresOf } from './names.js';
import { parseNanos } from './time.js';
import type { JoinSpec, OracleRow, OutputValue } from './types.js';

/**
 * What differs between an engine's (or the first oracle's) rows and DuckDB's. Float SUM and AVERAGE may differ by 1e-12
 * of Σ|x| (÷ n); everything else is equal to the bit.
 */
export function duckdbMismatches(
  join: JoinSpec,
  rows: readonly OracleRow[],
  result: DuckdbResult,
  limit = 10,
): string[] {
  const found: string[] = [];
  const skipped = new Set(result.skipped.map((s) => s.name));
  if (rows.length !== result.rows.length)
    return [`${rows.length} rows, DuckDB has ${result.rows.length}`];
  for (const { name, aggregation } of featuresOf(join)) {
    // A sketch: the other oracle compares it with its stated error.
    if (skipped.has(name) || aggregation?.operation === 'APPROX_UNIQUE_COUNT') continue;
    result.rows.forEach((want, i) => {
      const size = result.magnitudes.get(name)?.[i]?.size;
      const got = rows[i]?.[name];
      if (found.length >= limit || same(want[name]!, got, size)) return;
      found.push(`row ${i}, ${name}: DuckDB ${show(want[name])}, got ${show(got)}`);
    });
  }
  return found;
}

function same(
  want: OutputValue,
  got: OutputValue | undefined,
  size: OutputValue | undefined,
): boolean {
  if (got === undefined) return false;
  if (size instanceof Map && want instanceof Map) {
    if (
      !(got instanceof Map) ||
      [...want.keys()].map(show).join() !== [...got.keys()].map(show).join()
    )
      return false;
    return [...want].every(([key, value]) => same(value, got.get(key), size.get(key)));
  }
  // Σ|x| beyond the doubles says nothing about the exact sum: DuckDB may be infinite where the exact sum is not.
  if (size === Number.POSITIVE_INFINITY) return true;
  if (typeof size === 'number' && typeof want === 'number' && typeof got === 'number') {
    return Math.abs(want - got) <= 1e-12 * size;
  }
  if (Array.isArray(want) && Array.isArray(got)) {
    return want.length === got.length && want.every((v, i) => same(v, got[i], undefined));
  }
  if (want instanceof Map && got instanceof Map) {
    const pairs = [...got];
    return (
      want.size === got.size &&
      [...want].every(
        ([key, value], i) =>
          same(key, pairs[i]![0], undefined) && same(value, pairs[i]![1], undefined),
      )
    );
  }
  if (
    typeof want === 'string' &&
    typeof got === 'string' &&
    /^\d{4}-\d\d-\d\dT/.test(want) &&
    /^\d{4}-\d\d-\d\dT/.test(got)
  ) {
    return parseNanos(want) === parseNanos(got);
  }
  return Object.is(want, got);
}
