import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectIfGrown, collectIfTight } from '../src/index.js';

/** What nothing but this refers to; collected at the earliest a turn later. */
async function garbage(): Promise<WeakRef<object>> {
  const made = new WeakRef({});
  await nextTurn();
  return made;
}

const isGone = async (made: WeakRef<object>) => {
  await nextTurn();
  return made.deref() === undefined;
};

test('where memory is tight garbage is collected, and again once the process has grown', async () => {
  const loose = await garbage();
  collectIfTight(Number.POSITIVE_INFINITY);
  expect(await isGone(loose)).toBe(false);
  const first = await garbage();
  collectIfTight(0);
  expect(await isGone(first)).toBe(true);
  const second = await garbage();
  collectIfGrown(0, 1e9);
  expect(await isGone(second)).toBe(false);
  await nextTurn();
  collectIfGrown(Number.POSITIVE_INFINITY, -1e9);
  expect(await isGone(second)).toBe(false);
  await nextTurn();
  // Grown by more than so few.
  collectIfGrown(0, -1e9);
  expect(await isGone(second)).toBe(true);
});
