import type {
  AggregationSpec,
  ColumnSpec,
  DataType,
  GroupBySpec,
  JoinSpec,
  Operation,
  SourceSpec,
} from '@tessera/api';

/** The golden files' definitions (Chronon's words) as ours. */

export type GoldenRow = Record<string, unknown>;
export type GoldenTables = Record<string, GoldenRow[]>;

export interface GoldenAggregation {
  readonly op: string;
  readonly input?: string;
  readonly windows?: readonly string[];
  readonly args?: { readonly k?: number };
  readonly buckets?: readonly string[];
  readonly elementWise?: boolean;
}

export interface GoldenGroupBy {
  readonly name: string;
  readonly source: { readonly kind: 'events' | 'entities'; readonly table: string };
  readonly keys: readonly string[];
  readonly accuracy: 'TEMPORAL' | 'SNAPSHOT';
  readonly aggregations: readonly GoldenAggregation[];
}

export interface GoldenJoin {
  readonly left: { readonly kind: 'events' | 'entities'; readonly table: string };
  readonly parts: readonly {
    readonly group_by: GoldenGroupBy;
    readonly key_mapping: Record<string, string>;
    readonly prefix?: string;
  }[];
}

function inferType(values: readonly unknown[]): DataType {
  const present = values.filter((v) => v !== null && v !== undefined);
  if (present.some(Array.isArray)) {
    return { kind: 'list', element: inferType(present.flatMap((v) => v as unknown[])) };
  }
  if (present.length === 0 || present.some((v) => typeof v === 'string')) return { kind: 'string' };
  if (present.every((v) => typeof v === 'boolean')) return { kind: 'boolean' };
  return present.every((v) => Number.isInteger(v)) ? { kind: 'int64' } : { kind: 'double' };
}

/** Column types come from all tables together, so that a key has one type everywhere. */
export function columnTypes(
  tables: GoldenTables,
  fixed: Record<string, DataType> = {},
): Map<string, DataType> {
  const values = new Map<string, unknown[]>();
  for (const row of Object.values(tables).flat()) {
    for (const [name, value] of Object.entries(row)) {
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
  }
  const types = new Map([...values].map(([name, all]) => [name, fixed[name] ?? inferType(all)]));
  types.set('ts', { kind: 'epoch_ms' });
  return types;
}

export function source(
  kind: 'events' | 'entities',
  table: string,
  rows: readonly GoldenRow[],
  types: ReadonlyMap<string, DataType>,
  keys: readonly string[],
): SourceSpec {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  for (const key of keys) names.add(key);
  if (kind === 'events') names.add('ts');
  names.delete('ds');
  const columns = [...names].map(
    (name): ColumnSpec => ({ name, type: types.get(name) ?? { kind: 'string' }, nullable: true }),
  );
  return {
    kind,
    name: table,
    path: table,
    format: 'parquet',
    columns,
    ...(names.has('ts') && { time: 'ts' }),
    ...(kind === 'entities' && { keys }),
  };
}

export function aggregation(golden: GoldenAggregation): AggregationSpec {
  const vector = golden.elementWise === true;
  return {
    // Chronon's names are ours; element-wise sums and averages have names of their own here.
    operation: (vector ? `VECTOR_${golden.op}` : golden.op) as Operation,
    ...(golden.input !== undefined && { input: golden.input }),
    windows: golden.windows ?? [null],
    ...(golden.args?.k !== undefined && { k: golden.args.k }),
    ...(golden.op === 'APPROX_PERCENTILE' && { percentiles: [50] }),
    ...(golden.buckets?.[0] !== undefined && { by: golden.buckets[0] }),
  };
}

export function groupBySpec(
  golden: GoldenGroupBy,
  tables: GoldenTables,
  types: ReadonlyMap<string, DataType>,
): GroupBySpec {
  const { kind, table } = golden.source;
  return {
    kind: 'groupBy',
    name: golden.name,
    source: source(kind, table, tables[table] ?? [], types, golden.keys),
    keys: golden.keys,
    aggregations: golden.aggregations.map(aggregation),
    accuracy: golden.accuracy === 'SNAPSHOT' ? 'snapshot' : 'temporal',
    tail: 'sawtooth',
    empty: 'null',
    online: false,
  };
}

export function joinSpec(golden: GoldenJoin, tables: GoldenTables): JoinSpec {
  const types = columnTypes(tables);
  // A left column mapped to a key has the key's type.
  for (const part of golden.parts) {
    for (const [left, right] of Object.entries(part.key_mapping))
      types.set(left, types.get(right) ?? { kind: 'string' });
  }
  const { kind, table } = golden.left;
  const leftKeys = Object.keys(golden.parts[0]?.key_mapping ?? {});
  return {
    kind: 'join',
    name: 'golden',
    left: source(kind, table, tables[table] ?? [], types, leftKeys),
    parts: golden.parts.map((part) => ({
      groupBy: groupBySpec(part.group_by, tables, types),
      keys: part.group_by.keys.map((right) => ({
        left: Object.entries(part.key_mapping).find(([, key]) => key === right)?.[0] ?? right,
        right,
      })),
      ...(part.prefix !== undefined && { prefix: part.prefix }),
      lagMs: 0,
      at: 'strict',
      missing: 'null',
    })),
  };
}

/** Ours, in the golden files' words: integers as numbers, maps as objects. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, v]) => [String(k), plain(v)]));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}
