import { sweep } from '@tessera/pitjoin';
import { expect, test } from 'vitest';
import { sweepInput, timeSweep, windowMs } from '../src/kernel.js';

const HOUR_MS = 3_600_000;

test('lengths of windows', () => {
  expect(['5m', '1h', '30d'].map(windowMs)).toEqual([300_000, HOUR_MS, 720 * HOUR_MS]);
});

test('the sweep of one key has exact tails and strict heads', () => {
  const hours = (values: readonly number[]) => Float64Array.from(values, (hour) => hour * HOUR_MS);
  const one = {
    eventMs: hours([0, 1, 2, 3]),
    amounts: Float64Array.from([1, 2, 4, 8]),
    queryMs: hours([0, 2, 2.5, 9]),
  };
  const input = sweepInput(
    one,
    [
      { name: 'n', operation: 'count', window: '1h' },
      { name: 'all', operation: 'sum', window: '30d' },
    ],
    'exact',
  );
  const { columns, problem } = sweep(input);
  expect(problem).toBe(null);
  const values = (name: string) => {
    const column = columns[name];
    return column?.kind === 'f64' ? [...column.values] : column;
  };
  expect(values('n')).toEqual([0, 1, 1, 0]);
  expect(values('all')).toEqual([Number.NaN, 3, 7, 15]);
  const times = timeSweep(input, 3);
  expect(times.leastMs).toBeLessThanOrEqual(times.medianMs);
});

test('operations that it is not measured with are refused', () => {
  const one = {
    eventMs: new Float64Array(1),
    amounts: new Float64Array(1),
    queryMs: new Float64Array(1),
  };
  const asked = () =>
    sweepInput(one, [{ name: 'x', operation: 'histogram', window: '1h' }], 'exact');
  expect(asked).toThrow('x: the kernel is not measured with it');
});
