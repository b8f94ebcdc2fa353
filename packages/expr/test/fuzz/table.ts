import { type DataType, parseType } from '@tessera/api';
import type { Row, Value } from '@tessera/expr';
import type { Random } from './random.js';
import { someValue } from './values.js';

/** Two columns of each type, so that operands differ, and the declared types that expressions see as others. */
export const COLUMNS: readonly { readonly name: string; readonly type: DataType }[] =
  Object.entries({
    b1: 'boolean',
    b2: 'boolean',
    i1: 'int64',
    i2: 'int64',
    k: 'int32',
    x1: 'double',
    x2: 'double',
    f: 'float',
    d2: 'decimal(10,2)',
    d10: 'decimal(30,10)',
    s1: 'string',
    s2: 'string',
    day1: 'date',
    day2: 'date',
    t1: 'timestamp',
    t2: 'timestamp',
    tz: 'timestamptz',
    tn: 'timestamp_ns',
    'a "b"': 'int64',
    li: 'list<int64>',
    lx: 'list<double>',
    lk: 'list<int32>',
    ls: 'list<string>',
    ld: 'list<date>',
    ms: 'map<string,double>',
    mi: 'map<int64,string>',
  }).map(([name, type]) => ({ name, type: parseType(type) }));

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function randomRow(random: Random, words: ReadonlyMap<string, string>): Row {
  return Object.fromEntries(COLUMNS.map(({ name }) => [name, someValue(random, words.get(name)!)]));
}

export function storedType(type: DataType): string {
  switch (type.kind) {
    case 'int32':
      return 'INTEGER';
    case 'int64':
      return 'BIGINT';
    case 'string':
      return 'VARCHAR';
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'list':
      return `${storedType(type.element)}[]`;
    case 'map':
      return `MAP(${storedType(type.key)}, ${storedType(type.value)})`;
    default:
      return type.kind.toUpperCase();
  }
}

/** Some ns of the µs, which expressions do not see; none at the ends of what is stored. */
function withNanos(us: bigint): bigint {
  const ns = us * 1000n + ((us < 0n ? -us : us) % 1000n);
  return BigInt.asIntN(64, ns) === ns ? ns : us * 1000n;
}

/** A value as SQL of its stored type, written independently of what is tested. */
export function storedSql(value: Value, type: DataType): string {
  const typed = (text: string): string => `CAST(${text} AS ${storedType(type)})`;
  if (value === null) return typed('NULL');
  switch (type.kind) {
    case 'double':
    case 'float':
      return typed(
        `'${value === Infinity ? 'inf' : value === -Infinity ? '-inf' : String(value)}'`,
      );
    case 'decimal':
      return typed(`'${(value as number).toFixed(type.scale)}'`);
    case 'string':
      return (value as string)
        .split('\0')
        .map((part) => `'${part.replaceAll("'", "''")}'`)
        .join(' || chr(0) || ');
    case 'date':
      return `(DATE '1970-01-01' + ${value})`;
    case 'timestamp':
      return `make_timestamp(${value}::BIGINT)`;
    case 'timestamp_ns':
      return `make_timestamp_ns(${withNanos(value as bigint)}::BIGINT)`;
    case 'timestamptz':
      return `make_timestamptz(${value}::BIGINT)`;
    case 'list':
      return typed(
        `[${(value as readonly Value[]).map((one) => storedSql(one, type.element)).join(', ')}]`,
      );
    case 'map': {
      const entries = [...(value as ReadonlyMap<Value, Value>)];
      const keys = entries.map(([key]) => storedSql(key, type.key)).join(', ');
      const values = entries.map(([, one]) => storedSql(one, type.value)).join(', ');
      return typed(`MAP([${keys}], [${values}])`);
    }
    default:
      return typed(String(value));
  }
}
