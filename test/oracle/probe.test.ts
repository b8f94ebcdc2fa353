import { it } from 'vitest';
import { coverageTable, emptyCells, newCoverage, observedJoin } from './coverage.js';
import { randomCase, SEEDS_PER_ROUND } from './random-case.js';

it('probe', () => {
  const c = newCoverage();
  const t = Date.now();
  let emptyLeft = 0,
    nulls = 0,
    total = 0;
  for (let s = 0; s < SEEDS_PER_ROUND * Number(process.env.ROUNDS ?? 1); s++) {
    const k = randomCase(s);
    const rows = observedJoin(c, k.join, k.tables);
    if (!rows.length) emptyLeft++;
    for (const r of rows)
      for (const n of Object.keys(r)) {
        total++;
        if (r[n] === null) nulls++;
      }
  }
  console.log(SEEDS_PER_ROUND, emptyCells(c).length, emptyLeft, nulls / total, Date.now() - t);
  console.log(emptyCells(c).join('; '));
  console.log(coverageTable(c));
});
