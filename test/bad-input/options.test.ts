import { expect, test } from 'vitest';
import { ground, refused } from './refusal.js';
import { plain, writeShop } from './shop.js';

test('options of a call that types would not let pass, all together', async () => {
  const place = await ground(writeShop);
  const odd: object = { buckets: 0, limit: -1, format: 'xlsx', tmp: '' };
  expect(await refused(plain, place, odd)).toMatchInlineSnapshot(`
    "
    error BAD_OPTION
      \`buckets\` must be a whole number from 1 to 65536: 0.
    error BAD_OPTION
      \`tmp\` must be the path of a folder: "".
    error BAD_OPTION
      \`limit\` must be a whole number of at least 1: -1.
    error BAD_OPTION
      \`format\` must be 'parquet', 'csv' or 'arrow': "xlsx".
    "
  `);
  for (const workers of [0, 1.5, Number.NaN, '2', Number.POSITIVE_INFINITY]) {
    const said = await refused(plain, place, { workers } as object);
    expect(said).toContain('error BAD_OPTION\n  `workers` must be a whole number from 1 to 256: ');
  }
});
