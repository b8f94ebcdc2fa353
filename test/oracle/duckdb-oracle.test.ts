import { describe, expect, it } from 'vitest';
import { duckdbMismatches } from './duckdb-compare.js';
import { duckdbJoin } from './duckdb-oracle.js';
import { naiveJoin } from './naive.js';
import { randomCase } from './random-case.js';

/** Two oracles, written apart, over the same cases: where they agree, neither is likely to be wrong. */
describe('DuckDB', () => {
  const seeds = process.env.TESSERA_LONG === '1' ? 1000 : 12;
  it('agrees with the quadratic oracle on random cases', async () => {
    const failures: string[] = [];
    let compared = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const { join, tables } = randomCase(seed);
      const result = await duckdbJoin(join, tables);
      const found = duckdbMismatches(join, naiveJoin(join, tables), result);
      if (found.length > 0) failures.push(`seed ${seed}\n  ${found.join('\n  ')}`);
      compared += Object.keys(result.rows[0] ?? {}).length - 1;
    }
    expect(failures.join('\n')).toBe('');
    expect(compared).toBeGreaterThan(seeds);
  });
});
