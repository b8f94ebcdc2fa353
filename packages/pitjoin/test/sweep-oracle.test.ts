import type { Batch, KeyTimeOrder } from '@tessera/columnar';
import { gatherBatch } from '@tessera/columnar';
import { describe, expect, test } from 'vitest';
import { leftOrders, sweep } from '../src/index.js';
import { naiveSweep } from './naive.js';
import { random } from './random.js';
import {
  hasFault,
  randomEvents,
  randomFeatures,
  randomLeft,
  SORTS,
  shuffle,
  typeOf,
  withoutFaults,
} from './sorts.js';
import { expectSame, valuesOf } from './values.js';

describe.each(Object.entries(SORTS))('%s', (_, sort) => {
  test('agrees with the quadratic oracle, bit for bit', () => {
    for (let seed = 1; seed <= 24; seed++) {
      const r = random(seed);
      const keys = r.pick([1, 3, 12]);
      const events = randomEvents(r, sort, r.pick([0, 1, 40, 70]), keys);
      const left = randomLeft(r, r.pick([0, 1, 25]), keys);
      const features = randomFeatures(r, sort);
      const result = sweep({ events, left, features, strict: false });
      const expected = naiveSweep({ events, left, features, strict: false });
      let faults = false;
      for (const f of features) {
        const got = valuesOf(result.columns[f.name]!, typeOf(f));
        const want = expected[f.name]!;
        faults ||= hasFault(want);
        expectSame(got, want.map(withoutFaults), { seed, ...f });
      }
      expect(result.problem !== null, `seed ${seed}`).toBe(faults);
    }
  });

  test('does not depend on where rows of the output stand, nor on other sweeps over the same left', () => {
    for (let seed = 201; seed <= 206; seed++) {
      const r = random(seed);
      const left = randomLeft(r, 30, 8);
      const code = left.columns.code!;
      if (code.kind !== 'code') throw new TypeError('code');
      const rowOf = shuffle(r, left.rows);
      const asked: KeyTimeOrder[] = [];
      const orders = leftOrders(code.values, (first) => {
        asked.push(first);
        return rowOf;
      });
      const lanes = [left.columns.q!, left.columns.lagged!].map((lane) => {
        if (lane.kind !== 'f64') throw new TypeError('time');
        return lane.values;
      });
      for (let scan = 0; scan < 2; scan++) {
        const input = {
          ...{ events: randomEvents(r, sort, 60, 8), left, strict: false },
          features: randomFeatures(r, sort),
        };
        const alone = sweep(input);
        const arranged = sweep({ ...input, orders });
        expect(arranged.problem).toStrictEqual(alone.problem);
        expect(arranged.counts).toStrictEqual(alone.counts);
        for (const f of input.features) {
          const got = valuesOf(arranged.columns[f.name]!, typeOf(f));
          const want = valuesOf(alone.columns[f.name]!, typeOf(f));
          expectSame(
            Array.from(rowOf, (to) => got[to]),
            want,
            { seed, scan, ...f },
          );
        }
      }
      expect(asked.length).toBe(1);
      for (const lane of lanes) expect(orders.of(lane)).toBe(orders.of(lane));
    }
  });

  test('does not depend on row order or on which keys are swept together', () => {
    for (let seed = 101; seed <= 106; seed++) {
      const r = random(seed);
      const events = randomEvents(r, sort, 60, 8);
      const left = randomLeft(r, 30, 8);
      const features = randomFeatures(r, sort);
      const whole = sweep({ events, left, features, strict: false });
      const shuffled = sweep({
        events: gatherBatch(events, shuffle(r, 60)),
        left,
        features,
        strict: false,
      });
      const buckets = [0, 1, 2].map((b) => ({ rows: rowsOf(left, b), events: rowsOf(events, b) }));
      const parts = buckets.map(({ rows, events: part }) =>
        sweep({
          events: gatherBatch(events, part),
          left: gatherBatch(left, rows),
          features,
          strict: false,
        }),
      );
      expect(parts.some((p) => p.problem !== null)).toBe(whole.problem !== null);
      expect(shuffled.problem).toStrictEqual(whole.problem);
      for (const f of features) {
        const type = typeOf(f);
        const want = valuesOf(whole.columns[f.name]!, type);
        expectSame(valuesOf(shuffled.columns[f.name]!, type), want, { seed, ...f });
        buckets.forEach(({ rows }, b) => {
          const got = valuesOf(parts[b]!.columns[f.name]!, type);
          expectSame(
            got,
            Array.from(rows, (row) => want[row]),
            { seed, ...f },
          );
        });
      }
    }
  });
});

function rowsOf(batchOf: Batch, bucket: number): Int32Array {
  const column = batchOf.columns.code!;
  if (column.kind !== 'code') throw new TypeError('code');
  const rows: number[] = [];
  column.values.forEach((c, row) => {
    if ((c + 3) % 3 === 0 ? (c / 3) % 3 === bucket : bucket === 0) rows.push(row);
  });
  return Int32Array.from(rows);
}
