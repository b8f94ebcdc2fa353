import type { Random } from './prng.js';
import { DAY_MS, dsOfDay } from './time.js';
import type { DataType, Value } from './types.js';
import { decimalText } from './values.js';

/** What the column is used for limits what may stand in it. */
export interface Needs {
  /** Any sum of a few hundred values stays inside int64. */
  readonly sumSafe?: boolean;
  /** Lists of one length without nulls or NaN or infinities (VECTOR_*). */
  readonly vectorLength?: number;
  /** No ±Infinity: the column is also passed through as a left column. */
  readonly finite?: boolean;
}

type Make = () => Value;

/** A source of adversarial values of one type; one flavour per column, so that magnitudes meet their like. */
export function valueMaker(r: Random, type: DataType, needs: Needs, anchorMs: number): Make {
  if (type.kind === 'list') return listMaker(r, type.element, needs, anchorMs);
  const plain = scalarMaker(r, type, needs, anchorMs);
  const nullShare = r.pick([0, 0.1, 0.1, 0.3]);
  const oddShare = r.pick([0, 0.05, 0.2]);
  const floating = type.kind === 'double' || type.kind === 'float';
  const odd = needs.finite
    ? [Number.NaN, -0]
    : [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return () => {
    if (r.chance(nullShare)) return null;
    if (floating && r.chance(oddShare)) return r.pick(odd);
    return plain();
  };
}

function listMaker(r: Random, element: DataType, needs: Needs, anchorMs: number): Make {
  const length = needs.vectorLength;
  if (length !== undefined) {
    const plain = scalarMaker(r, element, needs, anchorMs);
    return () => (r.chance(0.1) ? null : Array.from({ length }, plain));
  }
  const make = valueMaker(r, element, needs, anchorMs);
  return () => (r.chance(0.1) ? null : Array.from({ length: r.between(0, 4) }, make));
}

/** Never null, NaN or infinite. */
function scalarMaker(r: Random, type: DataType, needs: Needs, anchorMs: number): Make {
  switch (type.kind) {
    case 'boolean':
      return () => r.chance(0.5);
    case 'int32':
      return r.pick<Make>([
        () => r.between(-5, 5),
        () => r.pick([7, 7, 8]),
        () => r.pick([2147483647, -2147483648, 0, 1, -1]),
        () => r.between(-1_000_000, 1_000_000),
      ]);
    case 'int64':
      return int64Maker(r, needs);
    case 'float': {
      const make = doubleMaker(r);
      return () =>
        Math.max(-3.4028234663852886e38, Math.min(3.4028234663852886e38, Math.fround(make())));
    }
    case 'double':
      return doubleMaker(r);
    case 'decimal':
      return decimalMaker(r, type.precision, type.scale);
    case 'string':
      return stringMaker(r);
    case 'date':
      return dateMaker(r, anchorMs);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return () => timeText(type.kind, anchorMs + r.between(-3, 3) * r.pick([1, 1000, DAY_MS]), r);
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return r.pick<Make>([
        () => BigInt(r.between(-2, 2)),
        () => BigInt(anchorMs) + BigInt(r.between(-3, 3)),
        () => r.pick([2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n]),
      ]);
    default:
      throw new Error(`no values of ${type.kind}`);
  }
}

function int64Maker(r: Random, needs: Needs): Make {
  const near53 = (): Value => r.pick([1n, -1n]) * (2n ** 53n + BigInt(r.between(-2, 2)));
  const makers: Make[] = [
    () => BigInt(r.between(-5, 5)),
    () => r.pick([7n, 7n, -8n]),
    near53,
    () => (r.chance(0.5) ? near53() : BigInt(r.between(-1, 1))),
  ];
  if (!needs.sumSafe) {
    makers.push(
      () => r.pick([1n, -1n]) * (2n ** 62n + BigInt(r.between(-2, 2))),
      () => r.pick([2n ** 63n - 1n, -(2n ** 63n), 0n, 1n]),
    );
  }
  return r.pick(makers);
}

function doubleMaker(r: Random): () => number {
  const sign = (): number => r.pick([1, -1]);
  return r.pick<() => number>([
    () => r.between(-5, 5),
    () => r.between(-50, 50) * 0.1,
    () => Math.round(r.next() * 100_000) / 100,
    () => r.pick([1.1, 2.2]),
    () => 1.1,
    () => r.pick([1e17, 1, -1e17, 1e-17, 0.1, -0.1, 2 ** 53, 2 ** 53 + 2, 1e16]),
    () => sign() * r.pick([1e300, 1e308, Number.MAX_VALUE, 1.5e154, 1e77, 1e103]),
    () => sign() * r.pick([5e-324, 1e-323, 2.5e-308, 1e-300, 1e-162, 1e-81]),
    () => sign() * (1 + r.next()) * 2 ** r.between(-60, 60),
    () => 1e9 + r.between(0, 3) * 1e-6,
  ]);
}

function decimalMaker(r: Random, precision: number, scale: number): Make {
  // Two digits below the precision: a few hundred values sum inside decimal(38, s) (S5's output type).
  const limit = 10n ** BigInt(Math.min(precision, 35)) - 1n;
  const sign = (): bigint => r.pick([1n, -1n]);
  const pick = r.pick<() => bigint>([
    () => BigInt(r.between(-300, 300)),
    () => BigInt(r.between(-3, 3)) * 10n ** BigInt(scale),
    () => sign() * (limit - BigInt(r.between(0, 2))),
    () => sign() * 10n ** BigInt(r.below(Math.min(precision, 35))),
  ]);
  return () => decimalText(pick(), scale);
}

/** Orders that differ between UTF-8 bytes, UTF-16 units and collations; prefixes; NUL; the empty text; SQL's quote. */
const STRINGS = [
  '',
  'a',
  'b',
  'A',
  'ab',
  'a ',
  'a\0',
  'a\0b',
  '\0',
  'é',
  'e\u0301',
  '\uff5e',
  '\ue000',
  '\ufffd',
  '\u{1f600}',
  '\u{10ffff}',
  "it's",
  '"q"',
  'null',
  'NaN',
  '1',
  '10',
  '9',
  'ß',
  'SS',
  '\n',
  'x'.repeat(40),
];

function stringMaker(r: Random): Make {
  const own = r.shuffle(STRINGS).slice(0, r.pick([1, 2, 3, 8, STRINGS.length]));
  return () => r.pick(own);
}

function dateMaker(r: Random, anchorMs: number): Make {
  const near = (): Value => dsOfDay(Math.floor(anchorMs / DAY_MS) + r.between(-2, 2));
  const far = ['1970-01-01', '1969-12-31', '1600-02-29', '2200-12-31', '9999-12-31'];
  return r.pick<Make>([near, () => (r.chance(0.5) ? near() : r.pick(far))]);
}

/** ISO text of an instant, with a fraction finer than ms now and then, as fine as the type holds. */
export function timeText(
  kind: 'timestamp' | 'timestamptz' | 'timestamp_ns',
  ms: number,
  r: Random,
): string {
  const finer = r.chance(0.7)
    ? ''
    : kind === 'timestamp_ns'
      ? r.pick(['000001', '999999', '5'])
      : r.pick(['001', '999', '5']);
  const base = new Date(ms).toISOString().slice(0, -1) + finer;
  // `base` always ends in a fraction, so this cannot eat whole seconds.
  return `${base.replace(/\.?0+$/, '')}Z`;
}

/** An instant in a time column's own type; coarser types floor it. */
export function encodeTime(type: DataType, ms: number, r: Random): Value {
  switch (type.kind) {
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return timeText(type.kind, ms, r);
    case 'date':
      return dsOfDay(Math.floor(ms / DAY_MS));
    case 'epoch_ms':
      return BigInt(ms);
    case 'epoch_s':
      return BigInt(Math.floor(ms / 1000));
    case 'epoch_us':
      return BigInt(ms) * 1000n + (r.chance(0.7) ? 0n : BigInt(r.pick([1, 500, 999])));
    default:
      throw new Error(`${type.kind} is no time type`);
  }
}

/** A few distinct keys of one type, chosen to be confused: prefixes, text and number alike, beyond 2^53. */
export function keyPool(type: DataType, r: Random): Value[] {
  const pools: { [kind in DataType['kind']]?: Value[] } = {
    string: ['ab', 'a', 'abc', '', '1', 'u\0', '\u{1f600}', '\uff5e', 'AB'],
    int32: [1, 0, -1, 2147483647, 12],
    int64: [1n, 0n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 62n)],
    boolean: [true, false],
    date: ['2024-03-10', '1970-01-01', '1969-12-31'],
    decimal: ['1.00', '10.00', '-0.01', '0.00'],
    double: [0, -0, 0.1, 1, 1e300],
  };
  const all = pools[type.kind];
  if (all === undefined) throw new Error(`no keys of ${type.kind}`);
  return r.shuffle(all).slice(0, r.between(1, 5));
}
