import { byteWriter } from '@tessera/algebra';
import {
  type AggregationSpec,
  type DataType,
  OPERATIONS,
  type SourceSpec,
  takesType,
} from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import { buildCells, statesOf } from '@tessera/tiling';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainEncoder, stateEncoder } from '../src/tasks/state-encoder.js';
import { buildLanes } from '../src/tiles/build-lanes.js';
import { machineOf } from '../src/upload/machine-of.js';

const TYPES: Readonly<Record<string, DataType>> = {
  double: { kind: 'double' },
  int32: { kind: 'int32' },
  int64: { kind: 'int64' },
  decimal: { kind: 'decimal', precision: 12, scale: 2 },
  string: { kind: 'string' },
  boolean: { kind: 'boolean' },
  timestamp: { kind: 'timestamp' },
};

const source: SourceSpec = {
  kind: 'events',
  name: 'events',
  path: 'events',
  format: 'parquet',
  columns: [
    { name: 'k', type: { kind: 'string' }, nullable: true },
    { name: 't', type: { kind: 'timestamp' }, nullable: true },
    ...Object.entries(TYPES).map(([name, type]) => ({ name, type, nullable: true })),
  ],
  time: 't',
};
const STRINGS = ['', 'a', 'é', '𝄞', 'zebra'];

/** Columns of a type, as scans give them. */
function column(type: DataType, numbers: readonly (number | null)[]): Column {
  switch (type.kind) {
    case 'string':
      return {
        kind: 'code',
        values: Int32Array.from(numbers, (n) =>
          n === null ? -1 : Math.abs(Math.trunc(n)) % STRINGS.length,
        ),
      };
    case 'boolean':
      return {
        kind: 'f64',
        values: Float64Array.from(numbers, (n) =>
          n === null ? Number.NaN : Math.abs(Math.trunc(n)) % 2,
        ),
      };
    case 'double':
      return {
        kind: 'f64',
        values: Float64Array.from(numbers, (n) => (n === null ? Number.NaN : n + 0)),
      };
    case 'int32':
      return {
        kind: 'f64',
        values: Float64Array.from(numbers, (n) =>
          n === null ? Number.NaN : Math.trunc(n % 1e9) + 0,
        ),
      };
    default: {
      const valid = Uint8Array.from(numbers, (n) => (n === null ? 0 : 1));
      const values = BigInt64Array.from(numbers, (n) =>
        n === null ? 0n : BigInt(Math.trunc(n % 1e15)),
      );
      return { kind: 'i64', values, valid };
    }
  }
}

const numbers = fc.option(
  fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 }),
    fc.integer({ min: -50, max: 50 }),
  ),
  { freq: 4 },
);
const rows = fc.array(
  fc.tuple(numbers, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 20 })),
  { minLength: 1, maxLength: 40 },
);

const cases = OPERATIONS.flatMap((operation) =>
  Object.entries(TYPES)
    .filter(([, type]) => takesType(operation, type) && !operation.startsWith('VECTOR'))
    .map(([name]) => [operation, name] as const),
);

test.each(cases)(
  '%s of %s: bytes straight from columns are those of the algebra',
  (operation, input) => {
    const aggregation: AggregationSpec = {
      ...{ operation, input, windows: [null] },
      ...(['FIRST_K', 'LAST_K', 'TOP_K', 'BOTTOM_K', 'TOP_K_FREQUENT'].includes(operation) && {
        k: 2,
      }),
      ...(operation === 'WEIGHTED_AVERAGE' && { weight: 'double' }),
    };
    const families = statesOf(aggregation, source);
    const { lanes, states } = buildLanes(families);
    const state = { operation, machine: machineOf(aggregation, source) };
    const strings = { string: STRINGS };
    let written = 0;
    fc.assert(
      fc.property(rows, (given) => {
        const columns: Record<string, Column> = {
          code: { kind: 'code', values: Int32Array.from(given, ([, key]) => key) },
          timeMs: { kind: 'f64', values: Float64Array.from(given, ([, , t]) => t) },
        };
        for (const { name, read, type } of lanes) {
          const own = given.map(([n]) => n);
          if (read.how === 'not-null')
            columns[name] = {
              kind: 'f64',
              values: Float64Array.from(own, (n) => (n === null ? Number.NaN : 1)),
            };
          else if (read.how === 'hll')
            columns[name] = {
              kind: 'f64',
              values: Float64Array.from(own, (n) =>
                n === null ? Number.NaN : (Math.abs(Math.trunc(n)) % 4096) * 64 + 3,
              ),
            };
          else columns[name] = column(type, own);
        }
        const events: Batch = { rows: given.length, columns };
        const cells = buildCells(
          { events, states },
          { cellOf: (ms) => Math.floor(ms / 5), endOf: (ms) => (Math.floor(ms / 5) + 1) * 5 },
        );
        const [direct, plain] = [
          stateEncoder(state, cells.states, strings),
          plainEncoder(state, cells.states, strings),
        ];
        for (let row = 0; row < cells.rows; row++) {
          const [a, b] = [byteWriter(), byteWriter()];
          expect(direct(row, a)).toBe(plain(row, b));
          expect(a.bytes()).toEqual(b.bytes());
          written += a.length;
        }
      }),
      { numRuns: 40 },
    );
    expect(written).toBeGreaterThan(0);
  },
);
