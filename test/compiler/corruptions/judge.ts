import type { DuckDBConnection } from '@duckdb/node-api';
import { naiveTrainSet } from '../../labels/naive-labels.js';
import { naiveJoin } from '../../oracle/naive.js';
import { featuresOf } from '../../oracle/names.js';
import { DAY_MS, dsOfDay } from '../../oracle/time.js';
import type {
  DataType,
  GroupBySpec,
  JoinSpec,
  OracleRow,
  PartSpec,
  Row,
  SourceSpec,
  Tables,
  Value,
} from '../../oracle/types.js';
import { checkDerived } from './derived.js';
import type { Json } from './fraud-draft.js';
import { interpret } from './interpret.js';
import { Illegal, type Reason } from './reading.js';

export interface Verdict {
  readonly reason: Reason;
  readonly message: string;
}

const FIRST = Date.parse('2025-01-01T00:00:00Z');
const DAYS = 12;

/** A value of a type; `n` turns through few of them, so that keys meet. */
function valueFor(type: DataType, n: number): Value {
  const ms = FIRST + ((n * 7_919_000) % (DAYS * DAY_MS));
  switch (type.kind) {
    case 'boolean':
      return n % 2 === 0;
    case 'int32':
      return n % 4;
    case 'int64':
      return BigInt(n % 4);
    case 'float':
    case 'double':
      return (n % 5) + 0.5;
    case 'string':
      return 'abcd'[n % 4]!;
    case 'date':
      return new Date(ms).toISOString().slice(0, 10);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return new Date(ms).toISOString();
    case 'epoch_ms':
      return BigInt(ms);
    case 'epoch_s':
      return BigInt(Math.floor(ms / 1000));
    case 'epoch_us':
      return BigInt(ms) * 1000n;
    case 'list':
      return [valueFor(type.element, n), valueFor(type.element, n + 1)];
    default:
      throw new Illegal('type', `no values of ${type.kind}`);
  }
}

/** Rows whose columns that nobody declared cannot be read. */
function strict(source: SourceSpec, row: Row): Row {
  return new Proxy(row, {
    get: (target, key) => {
      if (typeof key !== 'string' || key === 'ds' || key === 'toJSON')
        return Reflect.get(target, key);
      if (!source.columns.some(({ name }) => name === key))
        throw new Illegal('column', `${source.name} has no ${key}`);
      return target[key];
    },
  });
}

function rowsOf(source: SourceSpec): Row[] {
  const row = (n: number): Row =>
    Object.fromEntries(source.columns.map(({ name, type }, at) => [name, valueFor(type, n + at)]));
  if (source.kind === 'events')
    return Array.from({ length: 16 }, (_, n) => strict(source, row(n * 3)));
  const all: Row[] = [];
  for (let day = -3; day <= DAYS + 1; day++) {
    const keys = new Set<string>();
    for (let n = 0; n < 4; n++) {
      const own = { ...row(n), ds: dsOfDay(FIRST / DAY_MS + day) };
      const key = String((source.keys ?? []).map((name) => String(own[name as keyof typeof own])));
      if (keys.has(key)) continue;
      keys.add(key);
      all.push(strict(source, own));
    }
  }
  return all;
}

function isValue(value: unknown): boolean {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  )
    return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isValue);
  return value instanceof Map && [...value].every(([key, item]) => isValue(key) && isValue(item));
}

/** Codes of errors that are of data, not of definitions. */
const OF_DATA = new Set([
  'SUM_OVERFLOW',
  'VECTOR_LENGTH',
  'VECTOR_NULL',
  'DUPLICATE_KEY',
  'MISSING_PARTITION',
]);

/**
 * A join, and the rows of its sources. The oracle finds tables by name, and two sources may have one: here each goes by a name of
 * its own, which nothing else reads.
 */
function withTables(join: JoinSpec): { readonly join: JoinSpec; readonly tables: Tables } {
  const sources = [
    join.left,
    ...[...join.parts, ...(join.labels ?? [])].map(({ groupBy }) => groupBy.source),
  ];
  const own = new Map(
    [...new Set(sources)].map((source, idx) => [source, { ...source, name: `source ${idx}` }]),
  );
  const over = <P extends PartSpec>(part: P): P => ({
    ...part,
    groupBy: { ...part.groupBy, source: own.get(part.groupBy.source)! },
  });
  return {
    join: {
      ...join,
      left: own.get(join.left)!,
      parts: join.parts.map(over),
      ...(join.labels !== undefined && { labels: join.labels.map(over) }),
    },
    tables: Object.fromEntries([...own].map(([source, { name }]) => [name, rowsOf(source)])),
  };
}

function run(given: JoinSpec): OracleRow[] {
  const { join, tables } = withTables(given);
  try {
    return join.labels === undefined
      ? naiveJoin(join, tables)
      : naiveTrainSet(join, tables, () => '2025-12-31');
  } catch (error) {
    if (error instanceof Illegal) throw error;
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && OF_DATA.has(code)) return [];
    throw new Illegal('values', `the oracle cannot: ${String(error)}`);
  }
}

function evaluate(join: JoinSpec, more: readonly string[] = []): void {
  const names = [
    ...join.left.columns.map(({ name }) => name),
    'ds',
    ...featuresOf(join).map(({ name }) => name),
    ...more,
  ];
  const labels = (join.labels ?? []).length;
  for (const row of run(join)) {
    for (const [name, value] of Object.entries(row))
      if (!isValue(value)) throw new Illegal('values', `${name} is ${String(value)}`);
    const made = new Set(Object.keys(row));
    if (made.size < names.length - more.length + labels)
      throw new Illegal('names', 'two columns of one name');
  }
  // What DuckDB writes and reads without case.
  const lower = names.map((name) => name.toLowerCase());
  if (new Set(lower).size < lower.length) throw new Illegal('names', 'two columns of one name');
}

/** A groupBy on its own, asked by rows that have its keys and a time. */
function aloneOf(groupBy: GroupBySpec): JoinSpec {
  const { keys, source } = groupBy;
  const left: SourceSpec = {
    ...{ kind: 'events', name: '(left)', path: '(left)', format: 'parquet', time: '(time)' },
    columns: [
      ...source.columns.filter(({ name }) => keys.includes(name)),
      { name: '(time)', type: { kind: 'timestamp' }, nullable: true },
    ],
  };
  const part = { groupBy, keys: keys.map((key) => ({ left: key, right: key })) };
  return {
    kind: 'join',
    name: '(alone)',
    left,
    parts: [{ ...part, lagMs: 0, at: 'strict', missing: 'null' }],
  };
}

/** Why a draft has no meaning, by running it against the oracle; null where it has one. */
export async function judge(draft: Json, duckdb: DuckDBConnection): Promise<Verdict | null> {
  try {
    const { groupBys, joins } = interpret(draft);
    for (const groupBy of groupBys) evaluate(aloneOf(groupBy));
    for (const join of joins()) {
      evaluate(join, Object.keys(join.derivations));
      await checkDerived(join, duckdb);
    }
    return null;
  } catch (error) {
    if (!(error instanceof Illegal)) throw error;
    return { reason: error.reason, message: error.message };
  }
}
