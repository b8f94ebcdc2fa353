import { hllSlotOfString, type Value } from '@tessera/algebra';
import { type AggregationSpec, type DataType, OPERATIONS, takesType } from '@tessera/api';
import type { Batch } from '@tessera/columnar';
import fc from 'fast-check';
import {
  buildTiles,
  type Level,
  type StateFamily,
  type StateInput,
  type Tiles,
  valueType,
} from '../src/index.js';
import { aggregation, TYPES, type TypeCase, toColumn } from './support.js';

const DAY = 86_400_000;

export interface Event {
  readonly code: number;
  readonly t: number;
  readonly tie: string | null;
  readonly value: Value;
  readonly weight: number | null;
  readonly where: boolean | null;
  readonly b: string | null;
  readonly bi: bigint | null;
  /** Which file it came in. */
  readonly part: number;
}

const instant = fc.oneof(
  // Few, so that ties in time occur.
  { weight: 3, arbitrary: fc.constantFrom(-1, 0, 0, 1, 299_999, 300_000, 3_600_000, DAY) },
  { weight: 1, arbitrary: fc.integer({ min: -2 * DAY, max: 2 * DAY }) },
  // Other blocks of days.
  {
    weight: 1,
    arbitrary: fc.constantFrom(-64 * DAY - 1, -8 * DAY - 1, 8 * DAY - 1, 8 * DAY, 64 * DAY),
  },
);

export function eventsOf({ value }: TypeCase): fc.Arbitrary<Event[]> {
  return fc.array(
    fc.record({
      code: fc.constantFrom(0, 0, 0, 3),
      t: instant,
      tie: fc.constantFrom(null, 'a', 'b'),
      value: fc.option(value, { freq: 6 }),
      weight: fc.option(TYPES.double!.value as fc.Arbitrary<number>, { freq: 6 }),
      where: fc.constantFrom(true, true, false, null),
      b: fc.constantFrom(null, 'a', 'b', '😀'),
      bi: fc.constantFrom(null, -1n, 2n ** 62n),
      part: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 30, size: 'max' },
  );
}

const slots = (value: Value): Value =>
  value === null
    ? null
    : Array.isArray(value)
      ? value.map(slots)
      : hllSlotOfString(value as string);

function batchOf(events: readonly Event[], type: DataType, narrow: boolean): Batch {
  const isText = type.kind === 'string' || (type.kind === 'list' && type.element.kind === 'string');
  const slotType: DataType =
    type.kind === 'list' ? { kind: 'list', element: { kind: 'double' } } : { kind: 'double' };
  const values = events.map(({ value }) => value);
  return {
    rows: events.length,
    columns: {
      code: { kind: 'code', values: Int32Array.from(events, ({ code }) => code) },
      timeMs: { kind: 'f64', values: Float64Array.from(events, ({ t }) => t) },
      tie: toColumn(
        { kind: 'string' },
        events.map(({ tie }) => tie),
      ),
      x: toColumn(type, values, narrow),
      ...(isText && { slots: toColumn(slotType, values.map(slots)) }),
      w: toColumn(
        { kind: 'double' },
        events.map(({ weight }) => weight),
      ),
      where: toColumn(
        { kind: 'boolean' },
        events.map(({ where }) => where),
      ),
      b: toColumn(
        { kind: 'string' },
        events.map(({ b }) => b),
      ),
      bi: toColumn(
        { kind: 'int64' },
        events.map(({ bi }) => bi),
        narrow,
      ),
    },
  };
}

export function inputOf(family: StateFamily): StateInput {
  const isText = family.kind === 'hll' && valueType(family)?.kind === 'string';
  return {
    family,
    input: family.input === null ? null : isText ? 'slots' : 'x',
    ...(family.where !== undefined && { where: 'where' }),
    ...(family.by !== undefined && { by: family.by.column }),
    ...(family.weight !== undefined && { weight: 'w' }),
    ...(family.tie !== undefined && { tie: 'tie' }),
  };
}

export const WHERE = { op: 'column', column: 'flag' } as const;

/** Every operation that takes the type, plain and in all company. */
export function aggregationsOf(type: DataType): AggregationSpec[] {
  return OPERATIONS.filter((operation) => takesType(operation, type)).flatMap((operation) => [
    aggregation(operation),
    aggregation(operation, { where: WHERE }),
    aggregation(operation, { by: 'b' }),
    aggregation(operation, { by: 'bi', where: WHERE }),
  ]);
}

export const build = (
  events: readonly Event[],
  type: DataType,
  level: Level,
  narrow: boolean,
  all: readonly StateFamily[],
): Tiles => buildTiles({ level, events: batchOf(events, type, narrow), states: all.map(inputOf) });
