import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sweep } from '../src/index.js';
import { naiveSweep } from './naive.js';
import { random } from './random.js';
import { randomEvents, randomFeatures, randomLeft, SORTS, typeOf, withoutFaults } from './sorts.js';
import { withTiles } from './tiles.js';
import { expectSame, valuesOf } from './values.js';

/** A failure prints the seed, TESSERA_SEED repeats it, TESSERA_LONG=1 searches longer. */
const seed = process.env.TESSERA_SEED === undefined ? Date.now() : Number(process.env.TESSERA_SEED);
const numRuns = process.env.TESSERA_LONG === '1' ? 400 : 5;

let tiles = 0;

describe.each(Object.entries(SORTS))('%s', (_, sort) => {
  test('tiles in place of events change no bit of any value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (of) => {
        const r = random(of);
        const keys = r.pick([1, 2, 6]);
        const events = randomEvents(r, sort, r.pick([1, 40, 120]), keys);
        const left = randomLeft(r, r.pick([1, 3, 12]), keys);
        // Windows of few kinds cut few hops.
        const all = randomFeatures(r, sort);
        const features = all.map((f) => ({
          ...f,
          windowMs: r.pick([f.windowMs, all[0]!.windowMs]),
        }));
        const mixed = withTiles(r, events, left, features);
        tiles += mixed.tiles.rows;
        for (const strict of [false, true]) {
          const raw = sweep({ events, left, features, strict });
          const got = sweep({ ...mixed, left, strict });
          const oracle = strict ? null : naiveSweep({ events, left, features, strict });
          for (const f of features) {
            const values = valuesOf(got.columns[f.name]!, typeOf(f));
            expectSame(values, valuesOf(raw.columns[f.name]!, typeOf(f)), f);
            if (oracle === null) continue;
            expectSame(values, oracle[f.name]!.map(withoutFaults), f);
          }
          expect(got.counts.tooManyDistinct).toStrictEqual(raw.counts.tooManyDistinct);
          // Infinite values of tiles were met when the tiles were made.
          if (!strict || Object.keys(raw.counts.infinite).length === 0) {
            expect(got.problem).toStrictEqual(raw.problem);
          }
        }
      }),
      { numRuns, seed },
    );
  });
});

// Of one sort a few runs may by chance have next to none.
test('some hops were tiles', () => {
  expect(tiles).toBeGreaterThan(numRuns);
});
