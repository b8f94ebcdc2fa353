import { type Arena, withArena } from '@tessera/columnar';
import { describe, expect, test, vi } from 'vitest';
import { sweep } from '../src/index.js';
import type { SweepInput } from '../src/sweep-spec.js';
import { fillBut } from './fill-arena.js';
import { random } from './random.js';
import { randomEvents, randomFeatures, randomLeft, SORTS } from './sorts.js';
import { withTiles } from './tiles.js';

/**
 * What lies in an arena is good until its scope ends. Here it is written over then, so that whoever reads it afterwards
 * reads nonsense, and what a new array holds is nonsense as well; and arenas are full at one step or another.
 */

/** Bytes that are NaN, and no row or code. */
const NONSENSE = 0xff;

function spoil(arena: Arena): void {
  const { doubles, integers, scoped } = arena;
  const next = () => scoped(() => integers(1));
  const spoiled = <A extends Float64Array | Int32Array>(values: A | null): A | null => {
    if (values !== null)
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength).fill(NONSENSE);
    return values;
  };
  vi.spyOn(arena, 'doubles').mockImplementation((length) => spoiled(doubles(length)));
  vi.spyOn(arena, 'integers').mockImplementation((length) => spoiled(integers(length)));
  vi.spyOn(arena, 'scoped').mockImplementation((what) => {
    const result = scoped(what);
    const free = next();
    if (free !== null) new Uint8Array(free.buffer, free.byteOffset).fill(NONSENSE);
    return result;
  });
}

const SEEDS = process.env.TESSERA_LONG === '1' ? 12 : 1;

/** Enough for everything, and so little that something is made elsewhere. */
const ROOMS = [150_000, 0, 700, 3000, 9000, 25_000] as const;

describe.each(Object.entries(SORTS))('%s', (_, sort) => {
  test('nobody reads an array of the arena after its scope, or where it was not written', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const r = random(1000 + seed);
      const keys = r.pick([1, 3, 12]);
      const events = randomEvents(r, sort, 60, keys);
      const left = randomLeft(r, 25, keys);
      const features = randomFeatures(r, sort);
      const raw: SweepInput = { events, left, features, strict: false };
      const mixed: SweepInput = { ...withTiles(r, events, left, features), left, strict: false };
      for (const input of [raw, mixed]) {
        const want = sweep(input);
        for (const room of ROOMS) {
          const got = withArena(160_000, (arena) => {
            fillBut(arena, room);
            spoil(arena);
            return sweep(input);
          });
          expect(got, `seed ${seed}, room ${room}`).toEqual(want);
        }
      }
    }
  });
});
