import { afterAll, describe, expect, test } from 'vitest';
import { dropArena, openArena, withArena } from '../src/index.js';

// The largest one takes gigabytes of addresses, and would be the next test file's.
afterAll(dropArena);

describe('arena', () => {
  test('arrays of it lie in one memory, until there is no room', () => {
    withArena(100_000, (arena) => {
      const a = arena.doubles(10)!;
      const b = arena.integers(10)!;
      expect(a.buffer).toBe(b.buffer);
      expect(b.byteOffset - a.byteOffset).toBeGreaterThanOrEqual(80);
      expect(arena.heldAt(a)).toBe(a.byteOffset);
      expect(arena.addressOf(b)).toBe(b.byteOffset);
      expect(arena.doubles(1e9)).toBeNull();
      expect(arena.integers(1e9)).toBeNull();
      expect(arena.addressOf(new Float64Array(1e6))).toBe(0);
      expect(arena.doubles(1)).not.toBeNull();
    });
  });

  test('an array of elsewhere is copied', () => {
    withArena(100_000, (arena) => {
      const elsewhere = Float64Array.of(1.5, Number.NaN, -0);
      expect(arena.heldAt(elsewhere)).toBe(0);
      const at = arena.addressOf(elsewhere);
      const { buffer } = arena.doubles(1)!;
      expect(new Float64Array(buffer, at, 3)).toEqual(elsewhere);
      const bytes = arena.addressOf(Uint8Array.of(1, 2, 3));
      expect([...new Uint8Array(buffer, bytes, 3)]).toEqual([1, 2, 3]);
      const words = arena.addressOf(Int32Array.of(-1, 7));
      expect([...new Int32Array(buffer, words, 2)]).toEqual([-1, 7]);
    });
  });

  test('a scope’s room is given again, whatever becomes of it', () => {
    withArena(100_000, (arena) => {
      const kept = arena.doubles(4)!.fill(7);
      const inside = arena.scoped(() => arena.doubles(4)!.byteOffset);
      expect(() =>
        arena.scoped(() => {
          arena.doubles(100);
          throw new Error('stop');
        }),
      ).toThrow('stop');
      expect(arena.doubles(4)!.byteOffset).toBe(inside);
      expect([...kept]).toEqual([7, 7, 7, 7]);
    });
  });

  test('one is open at a time: an inner one is a scope of it', () => {
    expect(openArena()).toBeNull();
    withArena(100_000, (outer) => {
      expect(openArena()).toBe(outer);
      const before = withArena(10, (inner) => {
        expect(inner).toBe(outer);
        return inner.doubles(4)!.byteOffset;
      });
      expect(outer.doubles(4)!.byteOffset).toBe(before);
    });
    expect(() =>
      withArena(10, () => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(openArena()).toBeNull();
  });

  test('it is as large as it is asked to be, also later, and made anew when dropped', () => {
    const room = (bytes: number) => withArena(bytes, (arena) => arena.doubles(bytes / 8) !== null);
    expect(room(1e6)).toBe(true);
    expect(room(8e6)).toBe(true);
    dropArena();
    expect(room(8e6)).toBe(true);
    // More than 32 bits can name: what there is is less, and said so.
    expect(room(8e10)).toBe(false);
  });
});
