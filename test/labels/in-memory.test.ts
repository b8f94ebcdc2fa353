import { joinParts } from '@tessera/api';
import { features } from '@tessera/testing';
import { expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import type { OracleRow } from '../oracle/types.js';
import { naiveTrainSet } from './naive-labels.js';
import { randomHistory } from './random-history.js';

const SEEDS = process.env.TESSERA_LONG === '1' ? 200 : 25;

test(`S2.7: labels of ${SEEDS} histories in memory = the quadratic oracle, whole and in slices`, async () => {
  const failures: string[] = [];
  const cells = { known: 0, null: 0 };
  for (let seed = 0; seed < SEEDS; seed++) {
    const history = randomHistory(seed);
    const { join, days } = history;
    const last = days[Math.max(1, days.length - 1 - (seed % 3))]!;
    const tables = history.upTo(last);
    const used = [join.left, ...joinParts(join).map(({ groupBy }) => groupBy.source)];
    const given = Object.fromEntries(used.map(({ name }) => [name, tables[name]!]));
    const tiny = { buckets: 1 + (seed % 3), memoryShares: { taskBytes: 4096, leastRows: 8 } };
    const rows = await features(join)
      .given(given)
      .rows(seed % 4 === 0 ? tiny : {});
    // The last day that has a row is the last day.
    const lastDay = (source: string) =>
      days.findLast((ds) => ds <= last && history.rows(source, ds).length > 0) ?? null;
    const expected = naiveTrainSet(join, tables, lastDay).map(({ ds: _, ...row }) => row);
    const found = mismatches(join, expected, rows as OracleRow[]);
    if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
    for (const row of expected)
      for (const [name, value] of Object.entries(row))
        if (name.startsWith('label_')) cells[value === null ? 'null' : 'known']++;
  }
  console.log(`labels in memory: ${cells.known} values, ${cells.null} nulls`);
  expect(failures.join('\n')).toBe('');
  expect(Math.min(cells.known, cells.null)).toBeGreaterThan(4 * SEEDS);
}, 300_000);
