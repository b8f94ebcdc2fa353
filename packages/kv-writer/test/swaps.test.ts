import { describe, expect, test } from 'vitest';
import { everyPlace } from './stores.js';
import { tagsRead, UNIT, upload } from './uploads.js';

/** Uploads while four read: no error, and no answer of two versions. */

const UPLOADS = process.env.TESSERA_LONG === '1' ? 20 : 5;

describe.each(Object.entries(await everyPlace()))('%s', (_, make) => {
  test(`${UPLOADS} uploads under load`, async () => {
    const { store, again, done } = await make();
    await upload(store, 'v0');
    let isOver = false;
    const seen = new Set<string>();
    const errors: unknown[] = [];
    let answers = 0;
    const read = async (): Promise<void> => {
      const mine = await again();
      while (!isOver) {
        try {
          const tags = await tagsRead(mine);
          answers++;
          seen.add(tags.join('+'));
        } catch (error) {
          errors.push(error);
        }
        await new Promise(setImmediate);
      }
    };
    const reading = [read(), read(), read(), read()];
    for (let i = 1; i <= UPLOADS; i++) {
      await upload(store, `v${i}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    isOver = true;
    await Promise.all(reading);
    expect(errors).toEqual([]);
    expect([...seen].filter((tags) => !/^v\d+$/.test(tags))).toEqual([]);
    expect(seen.has(`v${UPLOADS}`)).toBe(true);
    expect(answers).toBeGreaterThan(UPLOADS);
    expect(await store.versions(UNIT)).toHaveLength(2);
    await done();
  });
});
