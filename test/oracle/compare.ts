import { type Feature, featuresOf } from './names.js';
import { parseNanos } from './time.js';
import type { DataType, JoinSpec, OracleRow, OutputValue } from './types.js';

/** How far a sketch may be from the exact answer. */
type Tolerance = 'none' | 'unique' | 'percentile';

interface Shape {
  readonly tolerance: Tolerance;
  /** Texts are instants here: `…00.500Z` and `…00.5Z` are equal. */
  readonly times: boolean;
}

const EXACT: Shape = { tolerance: 'none', times: false };

/**
 * What differs between the oracle's rows and an engine's, each as one readable line; empty when they agree.
 *
 * Typed: a number never equals a bigint or a text; doubles must be the same bits (-0 is not 0); a Map must have the
 * same keys in the same order. Only sketches have a tolerance: APPROX_PERCENTILE 1 %, APPROX_UNIQUE_COUNT 4.9 %, or
 * 3 where there are at most 100 distinct values. `ds`, which is no declared column, is compared where the engine gives it.
 */
export function mismatches(
  join: JoinSpec,
  expected: readonly OracleRow[],
  actual: readonly OracleRow[],
  limit = 10,
): string[] {
  const found: string[] = [];
  if (expected.length !== actual.length) {
    found.push(`${actual.length} rows, expected ${expected.length}`);
  }
  const shapes = shapesOf(join);
  expected.forEach((want, i) => {
    const got = actual[i];
    if (got === undefined) return;
    const wanted = Object.keys(want).filter((name) => name !== 'ds' || name in got);
    const columns = difference(wanted, Object.keys(got));
    if (columns !== null) found.push(`row ${i}: ${columns}`);
    for (const [column, value] of Object.entries(want)) {
      if (found.length >= limit || !(column in got)) continue;
      const other = got[column]!;
      if (!same(shapes.get(column) ?? EXACT, value, other)) {
        found.push(`row ${i}, ${column}: expected ${show(value)}, got ${show(other)}`);
      }
    }
  });
  return found.slice(0, limit);
}

/** Throw one error that lists every mismatch (up to 10), under a headline such as `seed 17`. */
export function assertSame(
  headline: string,
  join: JoinSpec,
  expected: readonly OracleRow[],
  actual: readonly OracleRow[],
): void {
  const found = mismatches(join, expected, actual);
  if (found.length > 0) throw new Error(`${headline}\n  ${found.join('\n  ')}`);
}

function difference(want: readonly string[], got: readonly string[]): string | null {
  if (want.join('\n') === got.join('\n')) return null;
  const lost = want.filter((name) => !got.includes(name));
  const extra = got.filter((name) => !want.includes(name));
  if (lost.length + extra.length === 0) return `columns in another order: ${got.join(', ')}`;
  return `columns missing [${lost.join(', ')}], unexpected [${extra.join(', ')}]`;
}

function shapesOf(join: JoinSpec): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { name, type } of join.left.columns) {
    shapes.set(name, { tolerance: 'none', times: hasTimes(type) });
  }
  for (const feature of featuresOf(join)) shapes.set(feature.name, shapeOf(feature));
  return shapes;
}

function shapeOf(feature: Feature): Shape {
  const { operation, by } = feature.aggregation ?? {};
  const byType = feature.part.groupBy.source.columns.find((c) => c.name === by)?.type;
  return {
    tolerance:
      operation === 'APPROX_UNIQUE_COUNT'
        ? 'unique'
        : operation === 'APPROX_PERCENTILE'
          ? 'percentile'
          : 'none',
    times: hasTimes(feature.inputType) || hasTimes(byType),
  };
}

function hasTimes(type: DataType | undefined): boolean {
  if (type === undefined) return false;
  if (type.kind === 'list') return hasTimes(type.element);
  return ['timestamp', 'timestamptz', 'timestamp_ns'].includes(type.kind);
}

function same(shape: Shape, want: OutputValue, got: OutputValue): boolean {
  if (Array.isArray(want) || Array.isArray(got)) {
    if (!Array.isArray(want) || !Array.isArray(got) || want.length !== got.length) return false;
    return want.every((value, i) => same(shape, value, got[i] ?? null));
  }
  if (want instanceof Map || got instanceof Map) {
    if (!(want instanceof Map) || !(got instanceof Map) || want.size !== got.size) return false;
    const pairs = [...got.entries()];
    return [...want.entries()].every(([key, value], i) => {
      const [otherKey, other] = pairs[i]!;
      return same({ ...shape, tolerance: 'none' }, key, otherKey) && same(shape, value, other);
    });
  }
  if (typeof want === 'number' && typeof got === 'number') return close(shape.tolerance, want, got);
  if (typeof want === 'string' && typeof got === 'string' && shape.times && want !== got) {
    return instant(want) !== null && instant(want) === instant(got);
  }
  return Object.is(want, got);
}

function instant(text: string): bigint | null {
  try {
    return parseNanos(text);
  } catch {
    return null;
  }
}

function close(tolerance: Tolerance, want: number, got: number): boolean {
  switch (tolerance) {
    case 'none':
      return Object.is(want, got);
    case 'unique':
      return (
        Number.isInteger(got) &&
        Math.abs(got - want) <= (want <= 100 ? 3 : 0.049 * want) &&
        got > 0 === want > 0
      );
    case 'percentile':
      // The factor allows for the rounding of the sketch's own representative, the constant for subnormal ones.
      return (
        Number.isFinite(got) &&
        !Object.is(got, -0) &&
        Math.abs(got - want) <= Math.abs(want) * 0.01 * (1 + 1e-9) + (want === 0 ? 0 : 5e-324)
      );
  }
}

/** A value with its JavaScript type visible: `12n`, `'12'`, `-0`, `Map {…}`. */
export function show(value: OutputValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof Map) {
    return `Map {${[...value].map(([k, v]) => `${show(k)} => ${show(v)}`).join(', ')}}`;
  }
  return String(value);
}
