import { expect, test } from 'vitest';
import { planBench, timePlans } from '../src/plan-bench.js';

test('plan: every partition of every join is planned, and what is built is not planned again', () => {
  const times = timePlans({ days: 40, parts: 12, joins: 2 }, 1);
  expect(times).toMatchObject({ partitions: 40, files: 320, scans: 12 });
  expect(times.columns).toBeGreaterThan(100);
  expect(times.joins.map(({ name, stale }) => ({ name, stale }))).toEqual([
    { name: 'training_0', stale: 0 },
    { name: 'training_1', stale: 0 },
  ]);
  const [text, json] = planBench(['--days', '3', '--parts', '9', '--joins', '1', '--runs', '1']);
  expect(text).toMatch(
    /^plan: 1 joins of 9 parts .* over 3 partitions and 24 files; median of 1\n/,
  );
  expect(JSON.parse(json!)).toMatchObject({ benchmark: 'plan', partitions: 3, stale: 0 });
  expect(() => planBench(['--days', '0'])).toThrow('--days is not a whole number above 0: 0');
});
