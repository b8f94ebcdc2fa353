import { isDeepStrictEqual } from 'node:util';
import { hllSlotOfString, type Operation, roundRational, type Value } from '@tessera/algebra';
import { type AggregationSpec, type DataType, OPERATIONS, takesType } from '@tessera/api';
import type { Batch } from '@tessera/columnar';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  buildTiles,
  LEVELS,
  type Level,
  mergeTiles,
  type StateFamily,
  type StateInput,
  stateOfTiles,
  statesOf,
  type Tiles,
  tileStartMs,
  valueType,
} from '../src/index.js';
import {
  aggregation,
  algebraStateOf,
  families,
  law,
  oracleOf,
  sourceOf,
  TYPES,
  type TypeCase,
  toColumn,
} from './support.js';

const DAY = 86_400_000;

interface Event {
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
);

function eventsOf({ value }: TypeCase): fc.Arbitrary<Event[]> {
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
    { maxLength: 40 },
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

function inputOf(family: StateFamily): StateInput {
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

/** As `toStrictEqual`, which costs more than what is tested; it is asked only to tell a difference. */
function same(found: unknown, expected: unknown, what: object = {}): void {
  if (!isDeepStrictEqual(found, expected)) {
    expect({ ...what, found }).toStrictEqual({ ...what, found: expected });
    throw new Error(JSON.stringify(what));
  }
}

const WHERE = { op: 'column', column: 'flag' } as const;

/** Every operation that takes the type, plain and in all company. */
function aggregationsOf(type: DataType): AggregationSpec[] {
  return OPERATIONS.filter((operation) => takesType(operation, type)).flatMap((operation) => [
    aggregation(operation),
    aggregation(operation, { where: WHERE }),
    aggregation(operation, { by: 'b' }),
    aggregation(operation, { by: 'bi', where: WHERE }),
  ]);
}

const double = (value: Value, type: DataType): number =>
  type.kind === 'decimal'
    ? roundRational(value as bigint, 10n ** BigInt(type.scale))
    : Number(value);

/** Algebra's state of the events of one tile, one event after another. */
function fold(
  operation: Operation,
  kind: TypeCase['kind'],
  family: StateFamily,
  events: readonly Event[],
) {
  const machine = oracleOf(operation, kind, family);
  const state = machine.init();
  const { input, weight, where, by } = family;
  for (const event of events) {
    const bucket = by === undefined ? undefined : by.column === 'b' ? event.b : event.bi;
    if (bucket === null || (where && event.where !== true) || (weight && event.weight === null))
      continue;
    const seen = input === null ? 1 : event.value;
    const values = family.exploded ? ((seen ?? []) as readonly Value[]) : [seen];
    for (const value of values) {
      if (value === null) continue;
      const element =
        input?.type.kind === 'list' ? input.type.element : { kind: 'double' as const };
      const plain =
        family.kind === 'vector'
          ? (value as readonly Value[]).map((x) => (x === null ? null : double(x, element)))
          : value;
      const given = weight === undefined ? plain : [plain, event.weight];
      machine.update(state, bucket === undefined ? given : [bucket, given], event.t, event.tie);
    }
  }
  return { machine, state };
}

const build = (
  events: readonly Event[],
  type: DataType,
  level: Level,
  narrow: boolean,
  all: readonly StateFamily[],
): Tiles => buildTiles({ level, events: batchOf(events, type, narrow), states: all.map(inputOf) });

for (const [name, typeCase] of Object.entries(TYPES)) {
  const { type, kind } = typeCase;
  const aggregations = [
    aggregation('COUNT', { input: undefined }),
    aggregation('COUNT', { input: undefined, by: 'b' }),
    ...aggregationsOf(type),
  ];
  const source = sourceOf(type);
  const all = families(aggregations, source);

  test(`${name}: a tile's states are algebra's, bit for bit`, () => {
    law(
      fc.property(
        eventsOf(typeCase),
        fc.constantFrom(...LEVELS),
        fc.boolean(),
        (events, level, narrow) => {
          const tiles = build(events, type, level, narrow, all);
          let n = 0;
          for (let row = 0; row < tiles.rows; row++) {
            const inTile = events.filter(
              ({ code, t }) =>
                code === tiles.code[row] && tileStartMs(t, level) === tiles.startMs[row],
            );
            n += inTile.length;
            expect(tiles.n[row]).toBe(inTile.length);
            for (const spec of aggregations) {
              const states = statesOf(spec, source).map(({ hash }) => stateOfTiles(tiles, hash));
              const { machine, state } = fold(spec.operation, kind, states[0]!.family, inTile);
              const read = algebraStateOf(spec.operation, states, row);
              const what = { ...spec, row };
              same(machine.encode(read), machine.encode(state), what);
              same(machine.finalize(read), machine.finalize(state), what);
            }
          }
          expect(n).toBe(events.length);
        },
      ),
    );
  });

  test(`${name}: tiles do not depend on order, files, levels or the order of merging`, () => {
    law(
      fc.property(
        eventsOf(typeCase),
        fc.constantFrom(...LEVELS),
        fc.boolean(),
        fc.infiniteStream(fc.nat({ max: 1000 })),
        (events, level, narrow, random) => {
          const whole = build(events, type, level, narrow, all);
          const draw = (max: number): number => random.next().value! % max;
          const shuffled = events
            .map((event) => ({ event, at: draw(1000) }))
            .sort((a, b) => a.at - b.at)
            .map(({ event }) => event);
          same(build(shuffled, type, level, !narrow, all), whole);
          const finer = LEVELS.slice(0, LEVELS.indexOf(level) + 1);
          let parts = [0, 1, 2, 3].map((part) =>
            build(
              shuffled.filter((event) => event.part === part),
              type,
              finer[draw(finer.length)]!,
              draw(2) === 0,
              all,
            ),
          );
          while (parts.length > 1) {
            // Some of them, at any level that all can reach.
            const [a, b, ...rest] = draw(2) === 0 ? parts : [...parts].reverse();
            const reachable = finer.slice(Math.max(...[a!, b!].map((p) => finer.indexOf(p.level))));
            parts = [...rest, mergeTiles([a!, b!], reachable[draw(reachable.length)]!, all)];
          }
          same(mergeTiles(parts, level, all), whole);
        },
      ),
    );
  });
}

test('no tiles of no parts', () => {
  const all = families(
    [aggregation('SUM'), aggregation('LAST', { by: 'b' })],
    sourceOf({ kind: 'double' }),
  );
  expect(mergeTiles([], '1d', all)).toStrictEqual(build([], { kind: 'double' }, '1d', false, all));
});
