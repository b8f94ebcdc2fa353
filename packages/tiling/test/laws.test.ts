import { isDeepStrictEqual } from 'node:util';
import { type Operation, type Result, roundRational, type Value } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  LEVELS,
  mergeTiles,
  type StateFamily,
  stateOfTiles,
  statesOf,
  tileStartMs,
} from '../src/index.js';
import { aggregationsOf, build, type Event, eventsOf } from './events.js';
import {
  aggregation,
  algebraStateOf,
  families,
  law,
  oracleOf,
  sourceOf,
  TYPES,
  type TypeCase,
} from './support.js';

/** As `toStrictEqual`, which costs more than what is tested; it is asked only to tell a difference. */
function same(found: unknown, expected: unknown, what: object = {}): void {
  if (!isDeepStrictEqual(found, expected)) {
    expect({ ...what, found }).toStrictEqual({ ...what, found: expected });
    throw new Error(JSON.stringify(what));
  }
}

const double = (value: Value, type: DataType): number =>
  type.kind === 'decimal'
    ? roundRational(value as bigint, 10n ** BigInt(type.scale))
    : Number(value);

/** Problems by their kind: a tile does not keep which lengths or how many nulls there were. */
function problemsOf(result: Result): unknown {
  if (result instanceof Map) return [...result].map(([key, value]) => [key, problemsOf(value)]);
  const isObject = typeof result === 'object' && result !== null;
  return isObject && 'problem' in result ? result.problem : result;
}

function hasProblem(result: Result): boolean {
  return !isDeepStrictEqual(problemsOf(result), result instanceof Map ? [...result] : result);
}

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

/** Held and added up as another type is: only the long search looks at them. */
const TWINS = process.env.TESSERA_LONG === '1' ? [] : ['float', 'epoch_us', 'list<date>'];

for (const [name, typeCase] of Object.entries(TYPES)) {
  if (TWINS.includes(name)) continue;
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
              const [found, expected] = [machine.finalize(read), machine.finalize(state)];
              if (spec.operation.startsWith('VECTOR') && hasProblem(expected)) {
                same(problemsOf(found), problemsOf(expected), what);
                continue;
              }
              same(machine.encode(read), machine.encode(state), what);
              same(found, expected, what);
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
