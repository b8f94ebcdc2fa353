import { roundRatio } from './exact.js';
import { parseNanos } from './time.js';
import type { DataType, Row, SourceSpec, Value } from './types.js';

/** Declared type of a column. */
export function typeOf(source: SourceSpec, column: string): DataType {
  const found = source.columns.find((c) => c.name === column);
  if (found === undefined) throw new Error(`${source.name} has no column ${column}`);
  return found.type;
}

/** The text users write, with decimals as `decimal(p,s)`. */
export function typeText(type: DataType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`;
  if (type.kind === 'list') return `list<${typeText(type.element)}>`;
  if (type.kind === 'map') return `map<${typeText(type.key)},${typeText(type.value)}>`;
  return type.kind;
}

/**
 * S4.4: NaN is null, -0 is 0. ±Infinity is null in a source that is aggregated (`infinity: 'null'`) and kept in a left
 * column that only passes through.
 */
export function normalise(
  type: DataType,
  value: Value | undefined,
  infinity: 'null' | 'keep',
): Value {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'float':
    case 'double': {
      const x = Number(value);
      if (Number.isNaN(x)) return null;
      if (!Number.isFinite(x)) return infinity === 'null' ? null : x;
      return (type.kind === 'float' ? Math.fround(x) : x) + 0;
    }
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return BigInt(value as bigint | number);
    case 'decimal':
      return decimalText(unscaled(String(value), type.scale), type.scale);
    case 'list':
      return (value as Value[]).map((v) => normalise(type.element, v, infinity));
    default:
      return value;
  }
}

export function normaliseRow(source: SourceSpec, row: Row, infinity: 'null' | 'keep'): Row {
  const result: Row = {};
  for (const { name, type } of source.columns) result[name] = normalise(type, row[name], infinity);
  return result;
}

/** `'12.30'` with scale 2 is 1230n. */
export function unscaled(text: string, scale: number): bigint {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal: ${text}`);
  const fraction = (match[3] ?? '').padEnd(scale, '0');
  if (fraction.length > scale) throw new Error(`more than ${scale} decimals: ${text}`);
  const magnitude = BigInt(`${match[2]}${fraction}`);
  return match[1] === '-' ? -magnitude : magnitude;
}

export function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The nearest double of a numeric or boolean value. */
export function toDouble(type: DataType, value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return roundRatio(value, 1n);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (type.kind === 'decimal') {
    return roundRatio(unscaled(String(value), type.scale), 10n ** BigInt(type.scale));
  }
  throw new Error(`${type.kind} is no number`);
}

/**
 * The canonical order of values of one type (S5.4, S5.5): numbers numerically, strings by UTF-8 bytes, false < true,
 * times by instant, lists element by element with a prefix first; null before everything.
 */
export function compareValues(type: DataType, a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  switch (type.kind) {
    case 'string':
      return Buffer.compare(Buffer.from(String(a), 'utf8'), Buffer.from(String(b), 'utf8'));
    case 'decimal':
      return threeWay(unscaled(String(a), type.scale), unscaled(String(b), type.scale));
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return threeWay(parseNanos(String(a)), parseNanos(String(b)));
    case 'list': {
      const [x, y] = [a as Value[], b as Value[]];
      for (let i = 0; i < Math.min(x.length, y.length); i++) {
        const c = compareValues(type.element, x[i] ?? null, y[i] ?? null);
        if (c !== 0) return c;
      }
      return x.length - y.length;
    }
    case 'map':
      throw new Error('maps have no order');
    default:
      return threeWay(a as number | bigint | boolean, b as number | bigint | boolean);
  }
}

function threeWay<T extends number | bigint | boolean>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equal values side by side, in canonical order, with how often each occurs. */
export function countValues(
  type: DataType,
  values: readonly Value[],
): { value: Value; count: number }[] {
  const result: { value: Value; count: number }[] = [];
  for (const value of [...values].sort((a, b) => compareValues(type, a, b))) {
    const last = result.at(-1);
    if (last !== undefined && compareValues(type, last.value, value) === 0) last.count += 1;
    else result.push({ value, count: 1 });
  }
  return result;
}
