import type { RunReport } from '@tessera/engine';
import { expect } from 'vitest';
import type { Row } from '../oracle/types.js';
import { type Drawn, type OddCase, sameByTiles } from './odd-support.js';

/** What odd input is asked for, and what is expected of the answers. */

export const NUMBERS: Drawn[] = [
  { operation: 'COUNT', input: 'x' },
  { operation: 'SUM', input: 'x' },
  { operation: 'AVERAGE', input: 'x' },
  { operation: 'KURTOSIS', input: 'x' },
  { operation: 'MIN', input: 'x' },
  { operation: 'LAST', input: 'x' },
  { operation: 'TOP_K', input: 'x', k: 2 },
  { operation: 'UNIQUE_COUNT', input: 'x' },
  { operation: 'APPROX_UNIQUE_COUNT', input: 'x' },
  { operation: 'APPROX_PERCENTILE', input: 'x', percentiles: [50] },
  { operation: 'RATE_OF_CHANGE', input: 'x' },
];
export const SCALARS: Drawn[] = [
  { operation: 'COUNT', input: 'x' },
  { operation: 'MIN', input: 'x' },
  { operation: 'MAX', input: 'x' },
  { operation: 'FIRST', input: 'x' },
  { operation: 'LAST_K', input: 'x', k: 3 },
  { operation: 'BOTTOM_K', input: 'x', k: 2 },
  { operation: 'HISTOGRAM', input: 'x' },
  { operation: 'TOP_K_FREQUENT', input: 'x', k: 2 },
  { operation: 'APPROX_UNIQUE_COUNT', input: 'x' },
  { operation: 'DIVERSITY', input: 'x' },
  { operation: 'COUNT', by: 'x' },
];
export const EVERY_ROW: Drawn[] = [{ operation: 'COUNT' }, { operation: 'LAST', input: 'x' }];

export const users = (xs: readonly Row['x'][], user = 'u'): Row[] => xs.map((x) => ({ user, x }));

/** Answered by tiles. Returns the report of the training set. */
export async function tiled(odd: OddCase): Promise<RunReport> {
  const { set, groupBy } = await sameByTiles(odd);
  for (const answer of [set, ...(groupBy ? [groupBy] : [])]) {
    expect(answer.code).toBeNull();
    expect(answer.tilesRead).toBeGreaterThan(0);
  }
  return set.report!;
}

export async function refused(odd: OddCase, code: string): Promise<string> {
  const { set, groupBy } = await sameByTiles(odd);
  expect(set.code).toBe(code);
  if (groupBy) expect(groupBy.code).toBe(code);
  return set.message;
}

export const X = { user: 'string', x: 'double' };
