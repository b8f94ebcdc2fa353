import {
  formatType,
  OPERATION_RULES,
  OPERATIONS,
  type Operation,
  parseType,
  takesType,
} from '@tessera/api';
import { expect, test } from 'vitest';
import { compile } from './compile.js';

const TYPES = [
  'boolean',
  'int32',
  'int64',
  'float',
  'double',
  'decimal(10,2)',
  'string',
  'date',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'epoch_ms',
  'epoch_s',
  'epoch_us',
  'list<double>',
  'list<boolean>',
  'list<string>',
  'list<list<int64>>',
  'list<decimal(5,1)>',
  'map<string,int64>',
  'list<map<string,int64>>',
] as const;

const camel = (operation: Operation): string =>
  operation.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

function call(operation: Operation, column: string): string {
  const options =
    operation === 'WEIGHTED_AVERAGE'
      ? ", { weight: 'w' }"
      : operation === 'APPROX_PERCENTILE'
        ? ', { percentiles: [50] }'
        : OPERATION_RULES[operation] && /_K$|^TOP_K/.test(operation)
          ? ', { k: 3 }'
          : '';
  return `${camel(operation)}('${column}'${options})`;
}

test('S5: the compiler takes exactly the operation and type pairs that run time takes', () => {
  const columns = TYPES.map((type, idx) => `c${idx}: '${type}'`).join(', ');
  const lines = OPERATIONS.flatMap((operation) =>
    TYPES.flatMap((type, idx) => {
      const line = `groupBy({ name: 'g', source, keys: ['w'], aggregations: [api.${call(operation, `c${idx}`)}] });`;
      return takesType(operation, parseType(type)) ? [line] : ['// @ts-expect-error', line];
    }),
  );
  const result = compile(
    [
      "import * as api from '@tessera/api';",
      'const { events, groupBy } = api;',
      `const source = events({ name: 's', path: 's', columns: { w: 'double', t: 'timestamp', ${columns} }, time: 't' });`,
      ...lines,
    ].join('\n'),
  );
  expect(result).toEqual({ ok: true, output: '' });
});

test('S5: output types', () => {
  const gives = (operation: Operation, type: string, percentiles?: number[]): string =>
    formatType(
      OPERATION_RULES[operation].output(parseType(type), {
        operation,
        windows: [null],
        ...(percentiles && { percentiles }),
      }),
    );
  expect(gives('COUNT', 'string')).toBe('int64');
  expect(gives('SUM', 'int32')).toBe('int64');
  expect(gives('SUM', 'epoch_ms')).toBe('int64');
  expect(gives('SUM', 'boolean')).toBe('int64');
  expect(gives('SUM', 'float')).toBe('double');
  expect(gives('SUM', 'decimal(10,2)')).toBe('decimal(38,2)');
  expect(gives('AVERAGE', 'decimal(10,2)')).toBe('double');
  expect(gives('MIN', 'float')).toBe('float');
  expect(gives('MAX', 'timestamp_ns')).toBe('timestamp_ns');
  expect(gives('LAST', 'list<string>')).toBe('list<string>');
  expect(gives('LAST_K', 'list<string>')).toBe('list<list<string>>');
  expect(gives('TOP_K', 'date')).toBe('list<date>');
  expect(gives('TOP_K_FREQUENT', 'boolean')).toBe('list<boolean>');
  expect(gives('HISTOGRAM', 'int32')).toBe('map<int32,int64>');
  expect(gives('DIVERSITY', 'string')).toBe('double');
  expect(gives('APPROX_PERCENTILE', 'int32', [50])).toBe('double');
  expect(gives('APPROX_PERCENTILE', 'int32', [50, 99])).toBe('list<double>');
  expect(gives('VECTOR_SUM', 'list<float>')).toBe('list<double>');
});
