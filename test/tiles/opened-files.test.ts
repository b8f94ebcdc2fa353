import { readdirSync, statSync } from 'node:fs';
import { join as joinPath, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlanSummary, RunCounters } from '@tessera/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { newFolder, quoted, sql } from '../files/workspace.js';
import { ds, ROWS_PER_DAY, removeDay, writeDays, writeFile, writeOrders } from './dense-lake.js';
import { canTrace, type FileRead, trace } from './strace.js';

/** What counters say against what the system saw: a file whose footer is looked at was opened. */

const DAYS = 6;
const lake = joinPath(newFolder(), 'lake');
const out = joinPath(newFolder(), 'out');
const child = fileURLToPath(new URL('opened-child.mjs', import.meta.url));

interface Ran {
  readonly estimate: Pick<NonNullable<PlanSummary['estimate']>, 'bytes'>;
  readonly counters: RunCounters;
  /** Payments, below the lake. */
  readonly opened: readonly string[];
  readonly reads: readonly FileRead[];
}

function run(what: string): Ran {
  const { stdout, opened, reads } = trace([child, lake, out, what], joinPath(lake, 'payments'));
  const { estimate, counters } = JSON.parse(stdout) as Ran;
  return { estimate, counters, opened: opened.map((path) => relative(lake, path)), reads };
}

/** What a groupBy's plan foretold, and its run counted, are the sizes of the files that were opened. */
function checkBytes({ estimate, counters, opened }: Ran): void {
  const sizes = opened.map((path) => statSync(joinPath(lake, path)).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect([estimate.bytes, counters.bytesRead]).toEqual([bytes, bytes]);
}

const file = (day: number, name = 'a0') => `payments/ds=${ds(day)}/${name}.parquet`;
const all = (days: number) => Array.from({ length: days }, (_, day) => file(day));

if (!canTrace()) console.log('skipped: files opened by runs, since there is no strace');

describe.skipIf(!canTrace())('files that runs open', () => {
  beforeAll(() => writeDays(lake, 0, DAYS));

  test('the first backfill: all', () => {
    const ran = run('backfill');
    const { counters, opened } = ran;
    expect(counters).toMatchObject({ filesRead: DAYS, tilePartitionsBuilt: DAYS });
    expect(opened).toEqual(all(DAYS));
    checkBytes(ran);
  });

  test('again: none', () => {
    const ran = run('backfill');
    const { counters, opened } = ran;
    expect(counters.tasks).toBe(0);
    expect(opened).toEqual([]);
    checkBytes(ran);
  });

  test('another window: none, not even their footers', () => {
    const ran = run('window');
    const { counters, opened } = ran;
    expect(counters).toMatchObject({ filesRead: 0, rowsScanned: 0, tilePlacesRead: DAYS });
    expect(opened).toEqual([]);
    checkBytes(ran);
  });

  test('another aggregation: all, but of them only its column, the keys and times', async () => {
    const ran = run('aggregation');
    const { counters, opened, reads } = ran;
    expect(counters).toMatchObject({ filesRead: DAYS, rowsScanned: DAYS * ROWS_PER_DAY });
    expect(opened).toEqual(all(DAYS));
    checkBytes(ran);
    for (const path of opened) {
      const read = await bytesByColumn(reads, joinPath(lake, path));
      for (const column of ['user', 'cents', 'at'])
        expect(read[column]?.read, column).toBe(read[column]?.all);
      // Pages are walked by their headers before anything is read.
      for (const column of ['amount', 'note'])
        expect(read[column]?.read, column).toBeLessThan(HEADER_BYTES);
    }
  });

  test('the next day of a training set: that day, and nothing of what tiles stand for', async () => {
    run('backfill');
    await writeFile(lake, { day: DAYS });
    await writeOrders(lake, DAYS);
    const { counters, opened } = run('train-set');
    expect(counters).toMatchObject({ filesRead: 1, rowsScanned: ROWS_PER_DAY });
    expect(counters.tilePlacesRead).toBe(3);
    expect(opened).toEqual([file(DAYS)]);
  });

  test('a restated day, a late file and a deleted day: what changed', async () => {
    run('backfill');
    await writeFile(lake, { day: 2, salt: 100 });
    await writeFile(lake, { day: DAYS, of: 1, salt: 200, name: 'late' });
    removeDay(lake, 4);
    const ran = run('backfill');
    const { counters, opened } = ran;
    expect(counters).toMatchObject({ filesRead: 3, rowsScanned: 3 * ROWS_PER_DAY });
    expect(opened).toEqual([file(2), file(DAYS), file(DAYS, 'late')]);
    expect(readdirSync(joinPath(out, 'group-bys', 'spend'))).toHaveLength(DAYS + 2);
    checkBytes(ran);
  });
});

/** Heads of a dictionary and a page. */
const HEADER_BYTES = 2 * 160 + 1;

/** Distinct bytes of each column's chunk that were read, and all there are; but for the file's tail, where its footer is. */
async function bytesByColumn(
  reads: readonly FileRead[],
  path: string,
): Promise<Record<string, { read: number; all: number }>> {
  const chunks = await sql(
    `SELECT path_in_schema AS name, min(least(coalesce(dictionary_page_offset, data_page_offset), data_page_offset)) AS start,
       sum(total_compressed_size) AS bytes FROM parquet_metadata(${quoted(path)}) GROUP BY ALL`,
  );
  const { size } = statSync(path);
  const own = reads.filter((read) => read.path === path && read.end < size);
  return Object.fromEntries(
    chunks.map(({ name, start, bytes }) => {
      const [from, length] = [Number(start), Number(bytes)];
      const seen = new Uint8Array(length);
      for (const read of own)
        seen.fill(1, Math.max(0, read.start - from), Math.max(0, read.end - from));
      return [String(name), { read: seen.reduce((n, one) => n + one, 0), all: length }];
    }),
  );
}
