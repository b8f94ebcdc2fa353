import type { RunResult } from '@tessera/engine';
import { expect, test } from 'vitest';
import { foretold, ratioOf, readForetold } from '../src/foretold.js';
import { foretoldText, stageLines } from '../src/foretold-text.js';

const run = (rowsScanned: number, bytesRead: number, tileBytesRead = 7) =>
  ({
    plan: {
      name: 'asked',
      parts: [{ name: 'g', route: 'raw' }],
      estimate: {
        ...{ rows: 30, rowsAtMost: 30, bytes: 500, tileBytes: 7, seconds: 3, peakBytes: 100 },
        stages: { plan: 1, scan: 2, join: 0 },
      },
    },
    ...{ elapsedMs: 6000, peakBytes: 50, counters: { rowsScanned, bytesRead, tileBytesRead } },
  }) as unknown as RunResult;

const TIMES = { plan: { seconds: 1, cpuSeconds: 1.5 }, scan: { seconds: 5, cpuSeconds: 9 } };

test('seconds and memory are compared, by stage too', () => {
  const told = foretold(run(30, 500), TIMES);
  expect(told).toMatchObject({ rows: 30, bytes: 507, seconds: { estimate: 3, actual: 6 } });
  expect([ratioOf(told.seconds), ratioOf(told.peakBytes)]).toEqual([0.5, 2]);
  expect(foretoldText(told)).toBe(
    'foretold 3.00 s of 6.00 s (0.50×), 100 B of 50 B (2.00×); 30 rows and 507 B as planned; g raw',
  );
  expect(stageLines(told)).toEqual([
    'plan             1.00 s foretold     1.00 s     CPU 1.50 s',
    'scan             2.00 s foretold     5.00 s     CPU 9.00 s',
  ]);
  expect(readForetold(`peak_bytes 1\nforetold ${JSON.stringify(told)}\n`)).toEqual(told);
  expect(readForetold('peak_bytes 1\n')).toBe(null);
});

test.each([
  [31, 500, 7],
  [30, 499, 7],
  [30, 500, 8],
])('other rows or bytes than planned are refused: %i, %i, %i', (...read) => {
  expect(() => foretold(run(...read), TIMES)).toThrow('asked: the plan said rows, bytes');
});
