import type { Value } from '@tessera/expr';
import type { Random } from './random.js';

const INT64S = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  -10n,
  100n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 53n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  3037000500n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  -(2n ** 63n) + 1n,
];
const DOUBLES = [
  0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  0.1,
  0.49999999999999994,
  1.005,
  2.675,
  1e15,
  4503599627370495.5,
  4503599627370498,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 63,
  -(2 ** 63),
  1e19,
  1e22,
  1e300,
  -1e300,
  1e308,
  Number.MAX_VALUE,
  5e-324,
  -5e-324,
  2.2250738585072014e-308,
  1e-300,
  Math.PI,
  Infinity,
  -Infinity,
];
const TEXTS = [
  '',
  ' ',
  'a',
  'A',
  'abc',
  ' abc  ',
  'a,b,,c',
  'aaaa',
  'été',
  'e\u0301',
  'straße',
  'İ',
  'ſ',
  '😀',
  'a😀b👩‍👩‍👧c',
  '\u{10ffff}',
  '\uffff',
  '\ue000z',
  '%_\\',
  "it's",
  "'; DROP TABLE t; --",
  'a\nb\tc',
  'a\0b',
  '\u00a0x\u2003',
  'true',
  'FALSE',
  '12',
  '-7',
  '+5',
  ' 5',
  '007',
  '1e3',
  '1.5',
  '.5',
  '5.',
  '1e400',
  '1e-400',
  '4.9e-324',
  '0.1',
  '123456789012345678901234567890',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  'nan',
  'inf',
  '1_000',
  '0x10',
  '2024-02-29',
  '2023-02-29',
  '0001-01-01',
  '0000-12-31',
  '9999-12-31',
  '2024-2-9',
  '2024-02-29 10:00',
  '2024-02-29T10:00:00.123456Z',
];
const DAYS = [
  0, 1, -1, 365, 11016, 19782, 19783, -719162, -719163, -719528, 2932896, 2932897, -25567, 20000,
  19723, 20088,
];
const INSTANTS = [
  0n,
  1n,
  -1n,
  -999n,
  -1000n,
  -1001n,
  86_399_999_999n,
  86_400_000_000n,
  -86_400_000_000n,
  -86_400_000_001n,
  1_709_208_000_000_000n,
  1_709_251_199_999_999n,
  1_709_251_200_000_000n,
  1_735_689_599_500_000n,
  -62_135_596_800_000_000n,
  -62_135_596_800_000_001n,
  253_402_300_799_999_999n,
  253_402_300_800_000_000n,
  -9_223_372_022_400_000_000n,
  2n ** 63n - 2n,
];

export function someInt64(random: Random): bigint {
  if (random.chance(0.6)) return random.pick(INT64S);
  return random.chance(0.7)
    ? BigInt(random.below(41) - 20)
    : BigInt(Math.floor((random.next() - 0.5) * 2 ** random.below(64)));
}

export function someDouble(random: Random): number {
  if (random.chance(0.5)) return random.pick(DOUBLES);
  if (random.chance(0.5)) return Math.round(random.next() * 2000 - 1000) / 100 + 0;
  return (random.next() - 0.5) * 2 ** (random.below(200) - 100);
}

export function someText(random: Random): string {
  if (random.chance(0.7)) return random.pick(TEXTS);
  const letters = ['a', 'b', 'A', ' ', ',', '1', '-', 'é', '😀', 'ß', '%', '_', '\uffff', 'K'];
  return Array.from({ length: random.below(8) }, () => random.pick(letters)).join('');
}

export function someDay(random: Random): number {
  return random.chance(0.6) ? random.pick(DAYS) : random.below(60_000) - 20_000;
}

export function someInstant(random: Random): bigint {
  if (random.chance(0.6)) return random.pick(INSTANTS);
  return (
    BigInt(random.below(60_000) - 20_000) * 86_400_000_000n +
    BigInt(random.below(86_400_000)) * 1000n
  );
}

/** A value of a type that tests write as one word, or null. */
export function someValue(random: Random, type: string, nulls = 0.12): Value {
  if (random.chance(nulls)) return null;
  switch (type) {
    case 'boolean':
      return random.chance(0.5);
    case 'int64':
      return someInt64(random);
    case 'int32':
      return BigInt(random.pick([0, 1, -1, 5, 2 ** 31 - 1, -(2 ** 31), 1000]));
    case 'double':
      return someDouble(random);
    case 'float':
      return Math.fround(random.pick([0, 0.1, 0.5, -1.5, 16777216, 3.4e38, 1e-40, 100.25])) + 0;
    case 'decimal(10,2)':
      return random.pick([0, 0.1, 12.34, -99999999.99, 5, 100.5]);
    case 'decimal(30,10)':
      return random.pick([0, 0.1, 12345678901234.123, -0.0000000001, 5, 9007199254740992]);
    case 'string':
      return someText(random);
    case 'date':
      return someDay(random);
    case 'timestamp':
      return someInstant(random);
    case 'timestamptz':
    case 'timestamp_ns':
      return (
        BigInt(random.below(60_000) - 20_000) * 86_400_000_000n +
        BigInt(random.below(86_400_000)) * 1000n
      );
    default: {
      const list = /^list<(.*)>$/.exec(type);
      if (list !== null) {
        return Array.from({ length: random.below(5) }, () => someValue(random, list[1]!, 0.2));
      }
      const map = /^map<(.*),(.*)>$/.exec(type)!;
      const entries = Array.from(
        { length: random.below(4) },
        () => [someValue(random, map[1]!, 0), someValue(random, map[2]!, 0.2)] as const,
      );
      return new Map(entries);
    }
  }
}
