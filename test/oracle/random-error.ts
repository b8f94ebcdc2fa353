import type { OracleErrorCode } from './operations.js';
import { random } from './prng.js';
import { type RandomCase, randomCase } from './random-case.js';
import { DAY_MS, dsOfDay } from './time.js';
import type {
  AggregationSpec,
  ColumnSpec,
  GroupBySpec,
  PartSpec,
  Row,
  SourceSpec,
  Tables,
  Value,
} from './types.js';

/** A case that must fail with one error, and its code. */
export interface RandomErrorCase extends RandomCase {
  readonly code: OracleErrorCode;
}

const CODES: readonly OracleErrorCode[] = [
  'SUM_OVERFLOW',
  'VECTOR_LENGTH',
  'VECTOR_NULL',
  'DUPLICATE_KEY',
  'MISSING_PARTITION',
];

/**
 * A random valid case with one more part, whose key `k` is a constant of every left row: that part alone is wrong, in
 * the way the code says. One left row is certain to ask for it.
 */
export function randomErrorCase(seed: number): RandomErrorCase {
  const r = random(seed ^ 0x5eed);
  const code = CODES[((seed % CODES.length) + CODES.length) % CODES.length]!;
  const base = randomCase(seed);
  const { where: _, ...left } = base.join.left;
  const queryDay = Math.floor(Date.UTC(2024, 2, 10) / DAY_MS);
  const queryMs = queryDay * DAY_MS + r.below(DAY_MS);
  const probe = column('probe', { kind: 'string' });
  const asking = probeRow(left, queryDay, queryMs);
  const { source, aggregation, rows } = wrong(
    code,
    queryMs,
    queryDay,
    r.pick(['1d', '7d', null]),
    r.between(0, 1),
  );
  const groupBy: GroupBySpec = {
    kind: 'groupBy',
    name: 'wrong',
    source,
    keys: ['k'],
    aggregations: aggregation === null ? [] : [aggregation],
    accuracy: source.kind === 'entities' ? 'snapshot' : 'temporal',
    tail: 'sawtooth',
    empty: 'zero',
    online: false,
  };
  const part: PartSpec = {
    groupBy,
    keys: [{ left: 'probe', right: 'k' }],
    lagMs: 0,
    at: 'strict',
    missing: 'error',
  };
  // Only the row made here has a probe: the others do not decide whether the case fails.
  const widened = { ...left, columns: [...left.columns, probe] };
  const parts = base.join.parts.filter(
    (p) => p.groupBy.source.kind === 'events' && p.groupBy.source.name !== left.name,
  );
  const tables: Tables = { [left.name]: [asking], [source.name]: rows };
  for (const { name } of parts.map((p) => p.groupBy.source)) tables[name] = base.tables[name] ?? [];
  return {
    join: { ...base.join, left: widened, parts: [...parts, part] },
    tables,
    tags: [...base.tags, code],
    code,
  };
}

function column(name: string, type: ColumnSpec['type']): ColumnSpec {
  return { name, type, nullable: true };
}

function probeRow(left: SourceSpec, day: number, ms: number): Row {
  const row: Row = { probe: 'p', ds: dsOfDay(left.kind === 'entities' ? day - 1 : day) };
  const type = left.columns.find((c) => c.name === left.time)?.type;
  if (left.time === undefined || type === undefined) return row;
  const texts: { [kind: string]: Value } = {
    date: dsOfDay(day),
    epoch_ms: BigInt(ms),
    epoch_s: BigInt(Math.floor(ms / 1000)),
    epoch_us: BigInt(ms) * 1000n,
  };
  row[left.time] = texts[type.kind] ?? new Date(ms).toISOString();
  return row;
}

interface Wrong {
  readonly source: SourceSpec;
  readonly aggregation: AggregationSpec | null;
  readonly rows: Row[];
}

function wrong(
  code: OracleErrorCode,
  queryMs: number,
  queryDay: number,
  window: string | null,
  sign: number,
): Wrong {
  const yesterday = dsOfDay(queryDay - 1);
  const entities: SourceSpec = {
    kind: 'entities',
    name: 'wrong.people',
    path: 'wrong',
    format: 'parquet',
    keys: ['k'],
    columns: [column('k', { kind: 'string' }), column('x', { kind: 'double' })],
  };
  if (code === 'DUPLICATE_KEY') {
    const row: Row = { k: 'p', x: 1, ds: yesterday };
    return { source: entities, aggregation: null, rows: [row, { ...row, x: 2 }] };
  }
  if (code === 'MISSING_PARTITION') {
    return { source: entities, aggregation: null, rows: [{ k: 'p', x: 1, ds: dsOfDay(queryDay) }] };
  }
  const vector = code !== 'SUM_OVERFLOW';
  const source: SourceSpec = {
    kind: 'events',
    name: 'wrong.events',
    path: 'wrong',
    format: 'parquet',
    time: 't',
    columns: [
      column('k', { kind: 'string' }),
      column('t', { kind: 'epoch_ms' }),
      column('x', vector ? { kind: 'list', element: { kind: 'double' } } : { kind: 'int64' }),
    ],
  };
  const big = sign === 0 ? 2n ** 62n : -(2n ** 62n) - 1n;
  const values: Value[] =
    code === 'SUM_OVERFLOW'
      ? [big, big]
      : code === 'VECTOR_LENGTH'
        ? [[1, 2], [1]]
        : [
            [1, 2],
            [1, null],
          ];
  // A left whose times are dates asks at midnight: stay before that, and inside the shortest window.
  const firstMs = queryDay * DAY_MS - 2;
  const rows = values.map((x, i): Row => ({ k: 'p', t: BigInt(firstMs + i), x, ds: yesterday }));
  const operation = vector ? (queryMs % 2 === 0 ? 'VECTOR_SUM' : 'VECTOR_AVERAGE') : 'SUM';
  return { source, aggregation: { operation, input: 'x', windows: [window] }, rows };
}
