import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  computedColumns,
  definitionHash,
  type GroupBySpec,
  groupByColumns,
  hopMs,
  type JoinSpec,
  outputColumns,
  parseWindow,
  windowStartMs,
} from '@tessera/api';
import { groupByRows, type InputTables, joinRows } from '@tessera/engine';
import { daysBetween, type LakeFacts, type PublishedFacts, planJoin } from '@tessera/planner';
import { compareRows } from '@tessera/testing';
import { afterAll, describe, expect, test } from 'vitest';
import {
  aggregation,
  columnTypes,
  type GoldenAggregation,
  type GoldenGroupBy,
  type GoldenJoin,
  type GoldenRow,
  type GoldenTables,
  groupBySpec,
  joinSpec,
  plain,
  source,
} from './chronon-spec.js';
import { type DerivationConfig, derivationCase } from './derivation-case.js';
import { sharedFolder } from './shared.js';

interface Case {
  readonly id: string;
  // Cases of different topics have different shapes; each runner reads the one it knows.
  readonly config: never;
  readonly tables: GoldenTables;
  readonly expected: never;
  readonly tolerance?: number;
}

/** What the golden folder's README puts out of scope, by case. */
const OUT_OF_SCOPE: Record<string, string> = {
  'fetcher-event-only': 'start_partition, APPROX_HISTOGRAM_K, BOUNDED_UNIQUE_COUNT',
  'events-x-entities-temporal': 'mutations',
  'chained-entity-upload': 'mutations',
  'min-heap-size-4': 'min-heap',
  'two-stack-lite-top-2': 'two-stack',
  'approx-histogram-k3': 'APPROX_HISTOGRAM_K',
  'frequent-items': 'frequent-items',
  'bounded-unique-k5': 'BOUNDED_UNIQUE_COUNT',
  'bootstrap-order-and-coalesce': 'bootstrap',
  chunk: 'chunk',
  'unfilled-first-run': 'skip_first_hole',
  'unfilled-hole-in-the-middle': 'skip_first_hole',
  'unfilled-missing-input-is-skipped': 'skip_first_hole',
  'unfilled-snapshot-part-shift-minus-1': 'shifted unfilled',
  'skew-filter-all-keys': 'skew filters',
  'skew-filter-partial': 'skew filters',
  'skew-filter-mapped': 'skew filters',
  'skew-filter-unrelated': 'skew filters',
  'edit-distance': 'edit distance',
};

/** Cases that packages/algebra runs on the states alone: retraction has no counterpart in a window's definition. */
const IN_ALGEBRA = new Set(['update-merge-delete']);

const folder = sharedFolder('golden');
const run: string[] = [];
const out: string[] = [];
const algebra: string[] = [];

function close(actual: unknown, expected: unknown, tolerance = 1e-9): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected)),
    );
  } else if (
    expected !== null &&
    typeof expected === 'object' &&
    actual !== null &&
    typeof actual === 'object'
  ) {
    const keys = Object.keys(expected);
    expect(Object.keys(actual).sort()).toEqual(keys.sort());
    for (const key of keys)
      close((actual as GoldenRow)[key], (expected as GoldenRow)[key], tolerance);
  } else expect(actual).toEqual(expected);
}

/** Every expected cell, found under its name. */
function checkRows(
  actual: readonly GoldenRow[],
  expected: readonly GoldenRow[],
  rename: (name: string) => string,
): void {
  expect(actual.length).toBe(expected.length);
  for (const [at, row] of expected.entries()) {
    for (const [name, value] of Object.entries(row)) {
      if (name === 'ds') continue;
      const found = rename(name);
      expect(Object.keys(actual[at] ?? {})).toContain(found);
      close(plain(actual[at]?.[found]), value);
    }
  }
}

const same = (name: string) => name;

async function joinCase(golden: Case): Promise<void> {
  const config = golden.config as GoldenJoin;
  const spec = joinSpec(config, golden.tables);
  const rows = await joinRows(spec, golden.tables as InputTables);
  // Left order is by partition; the golden rows stand in the order given.
  const given = golden.tables[config.left.table] ?? [];
  const order = [...given.keys()].sort((a, b) => {
    const [x, y] = [String(given[a]?.ds), String(given[b]?.ds)];
    return x < y ? -1 : x > y ? 1 : a - b;
  });
  checkRows(
    rows,
    order.map((at) => (golden.expected as GoldenRow[])[at] ?? {}),
    same,
  );
}

async function snapshotCase(golden: Case): Promise<void> {
  const config = golden.config as { group_by: GoldenGroupBy; output_ds?: string[] };
  const types = columnTypes(golden.tables);
  const spec = groupBySpec(config.group_by, golden.tables, types);
  const wanted = (
    Array.isArray(golden.expected)
      ? golden.expected
      : (golden.expected as { snapshot: GoldenRow[] }).snapshot
  ) as GoldenRow[];
  const days = config.output_ds ?? [...new Set(wanted.map((row) => String(row.ds)))];
  const range = { start: days[0] ?? '', end: days.at(-1) ?? '' };
  const rows = await groupByRows(spec, golden.tables as InputTables, range);
  const prefixed = (name: string) =>
    config.group_by.keys.includes(name) ? name : `${config.group_by.name}_${name}`;
  expect(rows.map((row) => row.ds)).toEqual(wanted.map((row) => row.ds));
  checkRows(rows, wanted, prefixed);
  const partials = (golden.expected as { daily_partials?: GoldenRow[] }).daily_partials;
  if (!partials) return;
  const daily: GroupBySpec = {
    ...spec,
    aggregations: spec.aggregations.map((a) => ({ ...a, windows: ['1d'] })),
  };
  const perDay = await groupByRows(daily, golden.tables as InputTables, range);
  checkRows(perDay, partials, (name) =>
    name === 'user' ? name : `${config.group_by.name}_${name}_1d`,
  );
}

/** One key, all rows before one query: an operation as the engine computes it. */
function oneKey(
  aggregations: readonly GoldenAggregation[],
  rows: readonly GoldenRow[],
): { spec: JoinSpec; tables: InputTables } {
  const tables: GoldenTables = {
    rows: rows.map((row, at) => ({ key: 'k', ts: at + 1, ...row })),
    left: [{ key: 'k', ts: 1_000_000 }],
  };
  const types = columnTypes(tables);
  const spec: JoinSpec = {
    kind: 'join',
    name: 'one_key',
    left: source('events', 'left', tables.left ?? [], types, ['key']),
    parts: [
      {
        groupBy: {
          kind: 'groupBy',
          name: 'g',
          source: source('events', 'rows', tables.rows ?? [], types, ['key']),
          keys: ['key'],
          aggregations: aggregations.map(aggregation),
          accuracy: 'temporal',
          tail: 'sawtooth',
          empty: 'null',
          online: false,
        },
        keys: [{ left: 'key', right: 'key' }],
        lagMs: 0,
        at: 'strict',
        missing: 'null',
      },
    ],
  };
  return { spec, tables: tables as InputTables };
}

async function oneValue(
  op: string,
  input: readonly unknown[],
  elementWise = false,
): Promise<unknown> {
  const { spec, tables } = oneKey(
    [{ op, input: 'v', elementWise }],
    input.map((v) => ({ v })),
  );
  const [row] = await joinRows(spec, tables);
  const [column] = outputColumns(spec);
  return plain(row?.[column?.name ?? '']);
}

async function derivedCase(golden: Case): Promise<void> {
  const config = golden.config as DerivationConfig;
  const [base = {}] = golden.tables.base ?? [];
  const expected = golden.expected as GoldenRow[];
  const { spec, nameOf } = derivationCase(config, base, expected[0] ?? {});
  const given = (columns: readonly { name: string }[]) =>
    Object.fromEntries(columns.map(({ name }) => [name, base[name] ?? null]));
  const [{ groupBy: features } = { groupBy: null }] = spec.parts;
  const tables = { left: [given(spec.left.columns)], b: [given(features?.source.columns ?? [])] };
  const rows = await joinRows(spec, tables as InputTables);
  checkRows(rows, expected, nameOf);
  // And nothing else comes out.
  const wanted = Object.keys(expected[0] ?? {}).filter((name) => name !== 'ds');
  expect(Object.keys(rows[0] ?? {}).sort()).toEqual(wanted.map(nameOf).sort());
}

async function foldCase(golden: Case): Promise<void> {
  const { aggregations } = golden.config as { aggregations: GoldenAggregation[] };
  const expected = golden.expected as { aggregation: number; value: unknown }[];
  // HISTOGRAM with k and map inputs are out of scope.
  const kept = aggregations.flatMap((a, idx) =>
    a.input === 'hist_map' || a.op === 'HISTOGRAM' ? [] : [{ a, idx }],
  );
  const rows = (golden.tables.rows ?? []).map(({ hist_map: _, ...row }) => row);
  const { spec, tables } = oneKey(
    kept.map(({ a }) => a),
    rows,
  );
  const [row] = await joinRows(spec, tables);
  const columns = outputColumns(spec);
  for (const [at, { idx }] of kept.entries()) {
    close(
      plain(row?.[columns[at]?.name ?? '']),
      expected.find((e) => e.aggregation === idx)?.value,
      1e-9,
    );
  }
}

async function momentsCase(golden: Case): Promise<void> {
  const config = golden.config as { input?: number[]; merge?: number[][] };
  for (const { op, value, input } of golden.expected as {
    op: string;
    value: number | null;
    input?: number[];
  }[]) {
    close(
      await oneValue(op, input ?? config.input ?? config.merge?.flat() ?? []),
      value,
      golden.tolerance,
    );
  }
}

async function vectorCase(golden: Case): Promise<void> {
  for (const one of golden.expected as {
    op: string;
    input?: number[][];
    merge?: number[][][];
    delete?: unknown;
    value?: number[];
    error?: string;
  }[]) {
    // Deletes run on the states (packages/algebra); vector MAX is out of scope.
    if (one.delete !== undefined || one.op === 'MAX') continue;
    const input = one.input ?? one.merge?.flat() ?? [];
    if (one.error) await expect(oneValue(one.op, input, true)).rejects.toThrow(/VECTOR_/);
    else close(await oneValue(one.op, input, true), one.value);
  }
}

function hopTable(golden: Case): void {
  const { query_ts } = golden.config as { query_ts: number };
  for (const row of golden.expected as {
    window: string;
    tail_hop_ms: number;
    window_start_inclusive: number;
  }[]) {
    const windowMs = parseWindow(row.window);
    expect(hopMs(windowMs)).toBe(row.tail_hop_ms);
    expect(windowStartMs(query_ts, windowMs, 'sawtooth')).toBe(row.window_start_inclusive);
  }
}

function columnNames(golden: Case): void {
  for (const row of golden.expected as {
    aggregation?: GoldenAggregation;
    column?: string;
    group_by?: string;
    prefix?: string;
    join_column?: string;
  }[]) {
    if (row.aggregation) {
      // Percentiles carry p in our names, and APPROX_HISTOGRAM_K is out of scope.
      if (row.aggregation.op.startsWith('APPROX_')) continue;
      const { spec } = oneKey(
        [row.aggregation],
        [{ [row.aggregation.input ?? 'v']: 1, kind: 'a' }],
      );
      const groupBy = spec.parts[0]?.groupBy;
      expect(groupBy && groupByColumns(groupBy)[0]?.name).toBe(`g_${row.column}`);
    } else if (row.group_by) {
      const { spec } = oneKey([{ op: 'SUM', input: 'amount', windows: ['7d'] }], [{ amount: 1 }]);
      const [part] = spec.parts;
      const named: JoinSpec = {
        ...spec,
        parts: part
          ? [{ ...part, prefix: row.prefix, groupBy: { ...part.groupBy, name: row.group_by } }]
          : [],
      };
      expect(outputColumns(named)[0]?.name).toBe(row.join_column);
    }
  }
}

async function chainedCase(golden: Case): Promise<void> {
  const config = golden.config as GoldenJoin & {
    parts: { group_by: { source: { join_source: GoldenJoin } } }[];
  };
  const parent = joinSpec(config.parts[0]!.group_by.source.join_source, golden.tables);
  const { views, ratings } = golden.tables;
  const parentRows = await joinRows(parent, { views, ratings } as InputTables);
  const tables: GoldenTables = { ...golden.tables, parent: parentRows.map((row) => plainRow(row)) };
  const spec = joinSpec(config, { search: tables.search ?? [], parent: tables.parent ?? [] });
  const rows = await joinRows(spec, {
    search: tables.search,
    parent: tables.parent,
  } as InputTables);
  checkRows(rows, golden.expected as GoldenRow[], same);
}

const plainRow = (row: GoldenRow): GoldenRow =>
  Object.fromEntries(Object.entries(row).map(([k, v]) => [k, plain(v)]));

async function onlineTail(golden: Case): Promise<void> {
  const config = golden.config as { window: string; query_ts: number };
  const { tail_hops_1h, value } = (
    golden.expected as {
      tail_hops_1h: { ts: number; ir: Record<string, number> }[];
      value: unknown;
    }[]
  )[0]!;
  const rows = tail_hops_1h.flatMap(({ ts, ir }) =>
    Object.entries(ir).flatMap(([action, n]) => Array.from({ length: n }, () => ({ ts, action }))),
  );
  const { spec, tables } = oneKey(
    [{ op: 'HISTOGRAM', input: 'action', windows: [config.window] }],
    rows,
  );
  const left = Array.from({ length: 10 }, () => ({ key: 'k', ts: config.query_ts }));
  for (const row of await joinRows(spec, { ...tables, left }))
    expect(plain(row[`g_action_histogram_${config.window}`])).toEqual(value);
}

/** Days that a plan builds when some are published already, as ranges. */
function unfilledCase(golden: Case): void {
  const { range, output_partitions } = golden.config as {
    range: [string, string];
    output_partitions: string[];
  };
  const { spec } = oneKey([{ op: 'COUNT' }], [{ v: 1 }]);
  const days = daysBetween(...range);
  const file = (ds: string) => {
    const minTimeMs = Date.parse(ds);
    return {
      path: ds,
      ds,
      bytes: 1,
      rows: 1,
      minTimeMs,
      maxTimeMs: minTimeMs,
      fingerprint: ds,
      content: ds,
      stat: null,
    };
  };
  const source = { hive: true, files: days.map(file) };
  const facts: LakeFacts = {
    sources: {
      [definitionHash(spec.left)]: source,
      [definitionHash(spec.parts[0]!.groupBy.source)]: source,
    },
    left: days.map((ds, idx) => {
      const minQueryMs = Date.parse(ds);
      return { ds, fileIdx: [idx], rows: 1, minQueryMs, maxQueryMs: minQueryMs };
    }),
    published: null,
  };
  const options = { buckets: 1, workers: 1 };
  const first = planJoin(spec, computedColumns(spec), facts, options);
  const published: PublishedFacts = {
    definitionHash: first.definitionHash,
    semantics: 1,
    files: first.files,
    partitions: Object.fromEntries(
      first.partitions
        .filter(({ ds }) => output_partitions.includes(ds))
        .map(({ ds, inputs }) => [ds, { strict: false, files: inputs, lost: false }]),
    ),
  };
  const plan = planJoin(spec, computedColumns(spec), { ...facts, published }, options);
  const ranges: string[][] = [];
  for (const { ds } of plan.partitions.filter(({ reason }) => reason !== null)) {
    const last = ranges.at(-1);
    if (last && daysBetween(last[1]!, ds).length === 2) last[1] = ds;
    else ranges.push([ds, ds]);
  }
  expect(ranges).toEqual(golden.expected);
}

/** Our bound: 3 × 1.04 / √4096 of the distinct values. */
async function uniqueBounds(golden: Case): Promise<void> {
  for (const { distinct } of golden.expected as { distinct: number }[]) {
    const input = Array.from({ length: 2 * distinct }, (_, i) => i % distinct);
    const estimate = (await oneValue('APPROX_UNIQUE_COUNT', input)) as number;
    expect(Math.abs(estimate - distinct)).toBeLessThanOrEqual(Math.max(3, 0.049 * distinct));
  }
}

async function percentileBounds(golden: Case): Promise<void> {
  for (const { n, max_error_fraction_of_range: bound } of golden.expected as {
    n: number;
    max_error_fraction_of_range: number;
  }[]) {
    // A fixed shuffle: 7919 is prime and divides no n here.
    const rows = Array.from({ length: n + 1 }, (_, i) => ({ v: (i * 7919) % (n + 1) }));
    const { spec, tables } = oneKey([{ op: 'APPROX_PERCENTILE', input: 'v' }], rows);
    const [part] = spec.parts;
    const percentiles = Array.from({ length: 32 }, (_, i) => (i * 100) / 31);
    const aggregations = part!.groupBy.aggregations.map((one) => ({ ...one, percentiles }));
    const asked = { ...spec, parts: [{ ...part!, groupBy: { ...part!.groupBy, aggregations } }] };
    const [row] = await joinRows(asked, tables);
    const values = plain(row?.[outputColumns(asked)[0]!.name]) as number[];
    for (const [i, value] of values.entries()) {
      expect(Math.abs(value - (i * n) / 31)).toBeLessThanOrEqual(bound * n);
    }
  }
}

function compareCase(golden: Case): void {
  const { keys } = golden.config as { keys: string[] };
  const found = compareRows(golden.tables.left ?? [], golden.tables.right ?? [], keys);
  for (const row of golden.expected as GoldenRow[]) {
    const mine = found.filter((m) => m.key.keyId === row.keyId).map((m) => m.column);
    for (const name of ['serial', 'value', 'rating'])
      expect(mine.includes(name)).toBe(row[`${name}_mismatch`] === 1);
  }
}

function runner(file: string, golden: Case): ((golden: Case) => Promise<void> | void) | null {
  const { config, id } = golden as { config: Record<string, unknown>; id: string };
  if (id === 'chained-join') return chainedCase;
  if ('parts' in config) return joinCase;
  if ('derivations' in config) return derivedCase;
  if (file === 'chronon-snapshots.json') return snapshotCase;
  if (id === 'update-merge-only') return foldCase;
  if (id.startsWith('moments')) return momentsCase;
  if (id === 'element-wise') return vectorCase;
  if (id === 'tail-hop-table') return hopTable;
  if (id === 'column-names') return columnNames;
  if (id === 'online-tail-hops-not-mutated') return onlineTail;
  if (id === 'unfilled-run-first-hole') return unfilledCase;
  if (id === 'compare-mismatches') return compareCase;
  if (id === 'approx-unique-bounds') return uniqueBounds;
  if (id === 'approx-percentile-bounds') return percentileBounds;
  return null;
}

describe.skipIf(folder === null)('goldens through the production engine', () => {
  const files = folder === null ? [] : readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const file of files) {
    const { cases } = JSON.parse(readFileSync(join(folder ?? '', file), 'utf8')) as {
      cases: Case[];
    };
    for (const golden of cases) {
      const label = `${file.replace('.json', '')} › ${golden.id}`;
      const reason = OUT_OF_SCOPE[golden.id];
      if (reason !== undefined) out.push(`${label} (${reason})`);
      else if (IN_ALGEBRA.has(golden.id)) algebra.push(label);
      else {
        test(label, async () => {
          const check = runner(file, golden);
          if (!check) throw new Error(`no runner for ${label}`);
          await check(golden);
          run.push(label);
        });
      }
    }
  }
  afterAll(() => {
    console.log(
      `goldens: ${run.length} run here, ${algebra.length} on the states (packages/algebra), ${out.length} out of scope`,
    );
    for (const line of out) console.log(`  out of scope: ${line}`);
  });
});
