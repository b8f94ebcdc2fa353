import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertAgree, type Tolerance } from '../src/agree.js';
import { standardCase } from '../src/cases/standard.js';
import { newFolder, writeResult } from './support.js';

const ROWS = 100;

interface Case {
  readonly theirs?: Readonly<Record<string, string>>;
  readonly rows?: number;
  readonly leftRows?: number;
  readonly tolerance?: Tolerance;
  readonly where?: string;
}

async function compare({ theirs = {}, rows = ROWS, leftRows = ROWS, ...how }: Case) {
  const folder = newFolder();
  await writeResult(join(folder, 'ours.parquet'), ROWS);
  await writeResult(join(folder, 'theirs.parquet'), rows, theirs);
  return assertAgree('Theirs', {
    features: standardCase.features,
    ours: join(folder, 'ours.parquet'),
    theirs: join(folder, 'theirs.parquet'),
    tolerance: how.tolerance ?? 'close',
    leftRows,
    ...(how.where !== undefined && { rows: how.where }),
  });
}

test('equal results agree in every cell', async () => {
  expect(await compare({})).toEqual({ rows: ROWS, cells: ROWS * 15 });
});

test('a sum may be rounded otherwise in others, not in our own', async () => {
  const theirs = { g_amount_sum_7d: 'row_id / 10.0::DOUBLE * (1 + 5e-13)' };
  expect(await compare({ theirs })).toEqual({ rows: ROWS, cells: ROWS * 15 });
  await expect(compare({ theirs, tolerance: 'exact' })).rejects.toThrow(
    /g_amount_sum_7d: 99 rows, such as row_id 1/,
  );
});

test.each([
  ['a sum off by 10^-11', { g_amount_sum_7d: 'row_id / 10.0::DOUBLE * (1 + 1e-11)' }],
  ['a count off by one', { g_amount_count_1h: 'row_id + (row_id = 7)::INTEGER' }],
  ['a minimum off by a bit', { g_amount_min_30d: 'row_id / 10.0::DOUBLE * (1 + 5e-16)' }],
  [
    'a null for a value',
    { g_amount_average_1h: 'CASE WHEN row_id <> 5 THEN row_id / 10.0::DOUBLE END' },
  ],
  [
    'a value that is not a number',
    { g_amount_sum_1h: "CASE WHEN row_id = 5 THEN 'nan'::DOUBLE ELSE row_id / 10.0::DOUBLE END" },
  ],
])('%s is a difference', async (_, theirs) => {
  await expect(compare({ theirs })).rejects.toThrow(Object.keys(theirs)[0]);
});

test('a row too few or too many is a difference', async () => {
  await expect(compare({ rows: ROWS - 1 })).rejects.toThrow(/99 rows against 100/);
  await expect(compare({ rows: ROWS + 1 })).rejects.toThrow(/101 rows against 100/);
  await expect(compare({ leftRows: ROWS + 1 })).rejects.toThrow(/100 rows for 101 left rows/);
});

test('one that computes some rows is compared in those', async () => {
  const agreed = await compare({ rows: 10, where: 'row_id < 10' });
  expect(agreed).toEqual({ rows: 10, cells: 150 });
  await expect(compare({ rows: 10, where: 'row_id < 11' })).rejects.toThrow(/10 rows against 11/);
});
