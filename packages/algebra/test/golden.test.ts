import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type AggregateState,
  aggregateState,
  bucketed,
  exploded,
  HLL_ERROR_BOUND,
  isProblem,
  type Operation,
  type Result,
  type Value,
} from '../src/index.js';

/** Cases under Chronon's published semantics; see README.md beside them for what is out of scope and why. */
interface Aggregation {
  readonly op: string;
  readonly input: string;
  readonly args?: { readonly k?: number };
  readonly buckets?: readonly string[];
  readonly elementWise?: boolean;
}
type Row = Readonly<Record<string, Value>>;
interface Golden {
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tables: { readonly rows?: readonly Row[]; readonly deletes?: readonly Row[] };
  readonly expected: readonly Readonly<Record<string, unknown>>[];
  readonly tolerance?: number;
}

const root = resolve(import.meta.dirname, '../../..');
const folder = resolve(root, process.env.TESSERA_SHARED ?? '../shared', 'golden');
const present = existsSync(folder);
const load = (file: string): readonly Golden[] =>
  JSON.parse(readFileSync(resolve(folder, file), 'utf8')).cases;

const ran: string[] = [];
const outOfScope: string[] = [];

if (!present) console.log(`golden cases: skipped, no folder ${folder} (set TESSERA_SHARED)`);
afterAll(() => {
  if (!present) return;
  console.log(`golden cases run (${ran.length}): ${ran.join(', ')}`);
  console.log(`golden cases out of scope (${outOfScope.length}): ${outOfScope.join(', ')}`);
});

const INT_COLUMNS = new Set(['views', 'session_lengths']);
const LIST_COLUMNS = new Set(['session_lengths', 'hist_input']);

/** Our state for one aggregation of the golden; null where we have no such rule. */
function stateFor({
  op,
  input,
  args,
  buckets,
  elementWise,
}: Aggregation): AggregateState<unknown> | null {
  if (input === 'hist_map' || (op === 'HISTOGRAM' && args?.k !== undefined)) return null;
  const scalar = INT_COLUMNS.has(input) ? 'int' : input === 'title' ? 'string' : 'number';
  if (elementWise) return aggregateState(`VECTOR_${op}` as Operation, { kind: { list: scalar } });
  const plain = aggregateState(op as Operation, { kind: scalar, k: args?.k });
  const state = LIST_COLUMNS.has(input) ? exploded(plain) : plain;
  return buckets === undefined ? state : (bucketed(state, 'string') as AggregateState<unknown>);
}

function inputOf(row: Row, { input, buckets }: Aggregation): Value {
  const value = row[input] ?? null;
  const bucket = buckets === undefined ? undefined : row[buckets[0]!];
  if (value === null || bucket === null) return null;
  return bucket === undefined ? value : [bucket, value];
}

/** Results as JSON has them: counts and sums as numbers, maps as objects. */
function asJson(result: Result): unknown {
  if (typeof result === 'bigint') return Number(result);
  if (result instanceof Map) {
    return Object.fromEntries([...result].map(([key, value]) => [String(key), asJson(value)]));
  }
  return Array.isArray(result) ? result.map(asJson) : result;
}

function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === 'number') {
    expect(typeof actual).toBe('number');
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, tolerance);
    }
  } else expect(actual).toEqual(expected);
}

describe.runIf(present)('golden: row aggregator', () => {
  const cases = present ? load('chronon-row-aggregator.json') : [];
  for (const golden of cases) {
    const aggregations = golden.config.aggregations as readonly Aggregation[];
    const rows = golden.tables.rows ?? [];
    const deletes = golden.tables.deletes ?? [];
    for (const { aggregation, column, value } of golden.expected) {
      const spec = aggregations[aggregation as number]!;
      const state = stateFor(spec);
      // A delete of a row that was never added is no rule of ours; sums do not mind, value counts do.
      const counted = spec.op === 'UNIQUE_COUNT' && deletes.length > 0;
      const name = `${golden.id}/${column}`;
      if (state === null || counted) {
        outOfScope.push(name);
        continue;
      }
      ran.push(name);
      it(name, () => {
        const fold = (part: readonly Row[]): unknown => {
          const into = state.init();
          for (const row of part) {
            const input = inputOf(row, spec);
            if (input !== null) state.update(into, input, row.ts as number);
          }
          return into;
        };
        for (let cut = 0; cut <= rows.length; cut++) {
          const merged = fold(rows.slice(cut));
          state.merge(merged, fold(rows.slice(0, cut)));
          for (const row of deletes) {
            const input = inputOf(row, spec);
            if (input !== null) state.retract?.(merged, input);
          }
          expectClose(asJson(state.finalize(merged)), value, 1e-9);
        }
      });
    }
  }
});

describe.runIf(present)('golden: algebra', () => {
  const byId = new Map((present ? load('chronon-ir-algebra.json') : []).map((c) => [c.id, c]));
  const take = (id: string, check: (golden: Golden) => void): void => {
    const golden = byId.get(id);
    if (golden === undefined) return;
    byId.delete(id);
    ran.push(id);
    it(id, () => check(golden));
  };
  const fold = (state: AggregateState<unknown>, values: readonly Value[]): unknown => {
    const into = state.init();
    for (const value of values) state.update(into, value, 0);
    return into;
  };
  const moment = (op: unknown): AggregateState<unknown> =>
    aggregateState(op as Operation, { kind: 'number' });

  for (const id of ['moments-skew', 'moments-skew-asymmetric', 'moments-merge']) {
    take(id, ({ config, expected, tolerance }) => {
      const parts = (config.merge ?? [config.input]) as number[][];
      for (const { op, value } of expected) {
        const state = moment(op);
        const merged = state.init();
        for (const part of parts) state.merge(merged, fold(state, part));
        expectClose(state.finalize(merged), value, tolerance ?? 1e-9);
      }
    });
  }
  take('moments-degenerate', ({ expected }) => {
    for (const { op, input, value } of expected) {
      const state = moment(op);
      expect(state.finalize(fold(state, input as number[]))).toBe(value);
    }
  });

  take('element-wise', ({ expected }) => {
    for (const { op, input, merge, delete: deletes, value, error } of expected) {
      // Vector MAX is no operation of ours.
      if (op === 'MAX') continue;
      const state = aggregateState(`VECTOR_${op}` as Operation, { kind: { list: 'number' } });
      const merged = state.init();
      for (const part of (merge ?? [input]) as number[][][]) state.merge(merged, fold(state, part));
      for (const vector of (deletes ?? []) as number[][]) state.retract?.(merged, vector);
      const result = state.finalize(merged);
      if (error === undefined) expect(result).toEqual(value);
      else {
        const problem = { 'size mismatch': 'VECTOR_LENGTH', 'null element': 'VECTOR_NULL' }[
          error as string
        ];
        expect(isProblem(result) && result.problem).toBe(problem);
      }
    }
  });
  outOfScope.push('element-wise/MAX');

  take('approx-unique-bounds', ({ expected }) => {
    const state = aggregateState('APPROX_UNIQUE_COUNT', { kind: 'int' });
    for (const { distinct, merged_from: parts = 1 } of expected as Record<string, number>[]) {
      const merged = state.init();
      for (let part = 0; part < parts; part++) {
        const own = state.init();
        for (let i = part; i < distinct!; i += parts) state.update(own, i, 0);
        state.merge(merged, own);
      }
      const error = Math.abs((state.finalize(merged) as number) - distinct!);
      expect(error).toBeLessThanOrEqual(HLL_ERROR_BOUND * distinct!);
    }
  });

  take('approx-percentile-bounds', ({ expected }) => {
    const percentiles = Array.from({ length: 32 }, (_, i) => (100 * i) / 31);
    const state = aggregateState('APPROX_PERCENTILE', { kind: 'int', percentiles });
    for (const { n, max_error_fraction_of_range: bound } of expected as Record<string, number>[]) {
      const merged = state.init();
      // A step coprime to n visits every integer once, out of order.
      for (let i = 0; i < n!; i += 5) {
        const values = Array.from({ length: 5 }, (_, j) => ((i + j) * 7919) % n!);
        state.merge(merged, fold(state, values));
      }
      const answers = state.finalize(merged) as readonly number[];
      answers.forEach((answer, i) => {
        expect(Math.abs(answer - (i / 31) * n!) / n!).toBeLessThanOrEqual(bound!);
      });
    }
  });

  take('online-tail-hops-not-mutated', ({ expected }) => {
    const {
      tail_hops_1h: hops,
      value,
      repeat,
    } = expected[0] as {
      tail_hops_1h: { ir: Record<string, number> }[];
      value: unknown;
      repeat: number;
    };
    const state = aggregateState('HISTOGRAM', { kind: 'string' });
    const tiles = hops.map(({ ir }) =>
      fold(
        state,
        Object.entries(ir).flatMap(([key, count]) => Array<string>(count).fill(key)),
      ),
    );
    for (let i = 0; i < repeat; i++) {
      const window = state.init();
      for (const tile of tiles) state.merge(window, tile);
      expect(asJson(state.finalize(window))).toEqual(value);
    }
    expect(tiles.map((tile) => asJson(state.finalize(tile)))).toEqual(hops.map(({ ir }) => ir));
  });

  outOfScope.push(...byId.keys());
});
