import type { DataType } from '@tessera/api';
import { type Column, slice } from '@tessera/columnar';
import type { DerivedColumn, ExpressionBatch, ExpressionColumn, Row, Value } from '@tessera/expr';

/** Columns of every type, and how odd values of each are held. */
interface Spec {
  readonly name: string;
  readonly type: DataType;
  /** Physical values, null or as the lake holds them. */
  readonly values: readonly (number | bigint | string | null | readonly unknown[])[];
}

const list = (element: DataType): DataType => ({ kind: 'list', element });
const map = (key: DataType, value: DataType): DataType => ({ kind: 'map', key, value });
const STRING: DataType = { kind: 'string' };
const DOUBLE: DataType = { kind: 'double' };

const INT64S = [
  0n,
  1n,
  -1n,
  3n,
  -7n,
  2n ** 31n,
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n),
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const DOUBLES = [0, -0, 1, -1, 0.1, 2.5, -2.5, 1e308, -1e308, 5e-324, 1e16, 2 ** 53, 1e300];
const STRINGS = ['', 'a', 'A', 'abc', 'Abc', 'é', 'e\u0301', '\u{1f600}', '\uff5e', ' x ', '12'];

export const COLUMNS: readonly Spec[] = [
  { name: 'b', type: { kind: 'boolean' }, values: [0, 1, null] },
  { name: 'i', type: { kind: 'int32' }, values: [0, 1, -5, 2147483647, -2147483648, null] },
  { name: 'n', type: { kind: 'int64' }, values: [0, 5, -3, 100, 2 ** 53 - 1, null] },
  { name: 'w', type: { kind: 'int64' }, values: [...INT64S, null] },
  { name: 'full', type: { kind: 'int64' }, values: INT64S },
  { name: 'x', type: DOUBLE, values: [...DOUBLES, Infinity, -Infinity, null] },
  { name: 'y', type: DOUBLE, values: [...DOUBLES, null] },
  { name: 'f', type: { kind: 'float' }, values: [0.5, -0, Math.fround(0.1), null] },
  {
    name: 'dec',
    type: { kind: 'decimal', precision: 12, scale: 2 },
    values: [0n, 1999n, -5n, null],
  },
  {
    name: 'huge',
    type: { kind: 'decimal', precision: 38, scale: 5 },
    values: [0n, 12345678901234567890123456789n, -(2n ** 64n), 10n ** 37n, null],
  },
  { name: 's', type: STRING, values: [...STRINGS, null] },
  { name: 't', type: STRING, values: [...STRINGS, null] },
  // biome-ignore format: one name after another
  { name: 'constructor', type: STRING, values: ['', '__proto__', null] },
  { name: 'd', type: { kind: 'date' }, values: [0, -1, -719528, 20000, 20148, null] },
  {
    name: 'ts',
    type: { kind: 'timestamp' },
    values: [0n, -1n, -86400000001n, 1740787199999999n, 2n ** 62n, null],
  },
  { name: 'tz', type: { kind: 'timestamptz' }, values: [0, -1, 1740787199999999, null] },
  { name: 'ns', type: { kind: 'timestamp_ns' }, values: [0n, -1n, 1740787199999999999n, null] },
  { name: 'ms', type: { kind: 'epoch_ms' }, values: [0, -1, 1740787199999, null] },
  { name: 'ld', type: list(DOUBLE), values: [[], [1, null, -0], [0.1, 0.2], null] },
  {
    name: 'li',
    type: list({ kind: 'int64' }),
    values: [[], [1n, null], [2n ** 63n - 1n, 1n], null],
  },
  { name: 'ls', type: list(STRING), values: [[], ['a', 'abc'], ['é', null], null] },
  {
    name: 'm',
    type: map(STRING, DOUBLE),
    values: [
      [],
      [
        ['a', 1],
        ['b', null],
      ],
      null,
    ],
  },
  { name: 'mi', type: map(STRING, { kind: 'int64' }), values: [[], [['abc', 5n]], null] },
];

type Held = Spec['values'][number];

/** A physical value as expressions see it. */
function asValue(type: DataType, held: Held): Value {
  if (held === null || Number.isNaN(held)) return null;
  switch (type.kind) {
    case 'boolean':
      return held === 1;
    case 'float':
    case 'double':
    case 'date':
      return Number(held) + 0;
    case 'string':
      return held as string;
    case 'decimal':
      return Number(`${held}e-${type.scale}`);
    case 'timestamp_ns':
      return ((held as bigint) - ((((held as bigint) % 1000n) + 1000n) % 1000n)) / 1000n;
    case 'list':
      return (held as readonly Held[]).map((one) => asValue(type.element, one));
    case 'map':
      return new Map(
        (held as readonly (readonly [Held, Held])[]).map(([key, value]) => [
          asValue(type.key, key),
          asValue(type.value, value),
        ]),
      );
    default:
      return BigInt(held as bigint);
  }
}

/** Physical values as a column of the lake's kind. */
function columnOf(type: DataType, held: readonly Held[], strings: string[]): Column {
  switch (type.kind) {
    case 'string': {
      const code = (text: string) => {
        if (!strings.includes(text)) strings.push(text);
        return strings.indexOf(text);
      };
      return {
        kind: 'code',
        values: Int32Array.from(held, (one) => (one === null ? -1 : code(one as string))),
      };
    }
    case 'list':
    case 'map': {
      const offsets = new Int32Array(held.length + 1);
      const valid = Uint8Array.from(held, (one) => (one === null ? 0 : 1));
      held.forEach((one, row) => {
        offsets[row + 1] = offsets[row]! + ((one as readonly unknown[] | null)?.length ?? 0);
      });
      const all = held.flatMap((one) => (one ?? []) as readonly Held[]);
      if (type.kind === 'list') {
        return { kind: 'list', offsets, valid, child: columnOf(type.element, all, strings) };
      }
      const pairs = all as unknown as readonly (readonly [Held, Held])[];
      const [keys, values] = [pairs.map(([key]) => key), pairs.map(([, value]) => value)];
      return {
        kind: 'map',
        offsets,
        valid,
        keys: columnOf(type.key, keys, strings),
        values: columnOf(type.value, values, strings),
      };
    }
    default:
      return numbers(type, held);
  }
}

function numbers(type: DataType, held: readonly Held[]): Column {
  if (!held.some((one) => typeof one === 'bigint')) {
    return {
      kind: 'f64',
      values: Float64Array.from(held, (one) => (one === null ? NaN : Number(one))),
    };
  }
  // Where a row is null the array holds anything.
  const whole = held.map((one) => (one === null ? 123456789012345678n : BigInt(one as bigint)));
  const valid = held.includes(null) ? Uint8Array.from(held, (one) => (one === null ? 0 : 1)) : null;
  if (type.kind !== 'decimal' || type.precision <= 18) {
    return { kind: 'i64', values: BigInt64Array.from(whole), valid };
  }
  const pairs = whole.flatMap((one) => [BigInt.asIntN(64, one), one >> 64n]);
  return { kind: 'i128', values: BigInt64Array.from(pairs), valid };
}

export interface Table {
  readonly batch: ExpressionBatch;
  readonly rows: readonly Row[];
}

/** A batch of all columns with random values, and the same as rows of values. */
export function randomTable(random: () => number, rows: number): Table {
  const columns = new Map<string, ExpressionColumn>();
  const values: Record<string, Value>[] = Array.from({ length: rows }, () => ({}));
  for (const { name, type, values: odd } of COLUMNS) {
    const held = values.map(() => odd[Math.floor(random() * odd.length)]!);
    const strings = name === 's' ? ['never met'] : [];
    const column = columnOf(type, held, strings);
    columns.set(name, { column, ...(strings.length > 0 && { strings }) });
    held.forEach((one, row) => {
      values[row]![name] = asValue(type, one);
    });
  }
  return { batch: { rows, columns }, rows: values };
}

/** Some rows of a batch; what they hold is the same memory. */
export function sliceTable(batch: ExpressionBatch, from: number, to: number): ExpressionBatch {
  const columns = new Map<string, ExpressionColumn>();
  for (const [name, one] of batch.columns) {
    columns.set(name, { ...one, column: slice(one.column, from, to) });
  }
  return { rows: to - from, columns };
}

/** A made column's values, as expressions would see them; no -0 may be in it. */
export function readBack({ name, type, column, strings }: DerivedColumn): Value[] {
  return heldOf(column, strings ?? []).map((held) => {
    if (Object.is(held, -0)) throw new Error(`-0 in ${name}`);
    return asValue(type, held);
  });
}

function heldOf(column: Column, strings: readonly string[]): Held[] {
  switch (column.kind) {
    case 'f64':
      return Array.from(column.values, (one) => (Number.isNaN(one) ? null : one));
    case 'code':
      return Array.from(column.values, (code) => (code < 0 ? null : strings[code]!));
    case 'i64':
      return Array.from(column.values, (one, row) => (column.valid?.[row] === 0 ? null : one));
    case 'i128':
      return Array.from({ length: column.values.length / 2 }, (_, row) =>
        column.valid?.[row] === 0
          ? null
          : (column.values[2 * row + 1]! << 64n) | BigInt.asUintN(64, column.values[2 * row]!),
      );
    case 'list': {
      const child = heldOf(column.child, strings);
      return nested(column, (from, to) => child.slice(from, to));
    }
    case 'map': {
      const [keys, values] = [heldOf(column.keys, strings), heldOf(column.values, strings)];
      return nested(column, (from, to) =>
        keys.slice(from, to).map((key, at) => [key, values[from + at]!]),
      );
    }
  }
}

function nested(
  { offsets, valid }: { readonly offsets: Int32Array; readonly valid: Uint8Array | null },
  slice: (from: number, to: number) => readonly unknown[],
): Held[] {
  return Array.from({ length: offsets.length - 1 }, (_, row) =>
    valid?.[row] === 0 ? null : slice(offsets[row]!, offsets[row + 1]!),
  );
}

/** Bit for bit: 0 is not -0. */
export function isSame(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, at) => isSame(one, b[at]!));
  }
  if (a instanceof Map && b instanceof Map) return isSame([...a].flat(), [...b].flat());
  return Object.is(a, b);
}
