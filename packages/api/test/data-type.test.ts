import { type DataType, formatType, parseType, TesseraError } from '@tessera/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const scalar: fc.Arbitrary<DataType> = fc.oneof(
  fc
    .constantFrom(
      'boolean',
      'int32',
      'int64',
      'float',
      'double',
      'string',
      'date',
      'timestamp',
      'timestamptz',
      'timestamp_ns',
      'epoch_ms',
      'epoch_s',
      'epoch_us',
    )
    .map((kind) => ({ kind }) as DataType),
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) =>
      fc
        .integer({ min: 0, max: precision })
        .map((scale) => ({ kind: 'decimal' as const, precision, scale })),
    ),
);
const { type } = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4 },
    scalar,
    tie('type').map((element) => ({ kind: 'list' as const, element })),
    fc.tuple(scalar, tie('type')).map(([key, value]) => ({ kind: 'map' as const, key, value })),
  ),
}));

test('types and their texts are the same thing', () => {
  fc.assert(
    fc.property(type, (one) => {
      expect(parseType(formatType(one))).toEqual(one);
    }),
  );
  expect(parseType(' map< decimal( 10 , 2 ) , list< int64 > > ')).toEqual(
    parseType('map<decimal(10,2),list<int64>>'),
  );
});

test('texts that are no type', () => {
  const bad = [
    'constructor',
    '',
    'strng',
    'int',
    'decimal',
    'decimal(39,0)',
    'decimal(0,0)',
    'decimal(3,4)',
    'list<>',
    'list<int64',
  ];
  bad.push(
    'map<string>',
    'map<list<string>,int64>',
    'int64!',
    'STRING',
    `${'list<'.repeat(5000)}int64${'>'.repeat(5000)}`,
  );
  for (const text of bad) {
    expect(() => parseType(text), text.slice(0, 40)).toThrow(TesseraError);
  }
  expect(() => parseType('strng')).toThrow('Did you mean `string`?');
  expect(() => parseType('bigint')).toThrow('Did you mean `int64`?');
});
