import { expect, test } from 'vitest';
import { expressionsBench, timeExpressions } from '../src/expressions-bench.js';

test('expressions: every case agrees with the interpreter, and is timed', () => {
  const all = timeExpressions(500, 2);
  expect(all.map(({ name, outputs, agreed }) => [name, agreed / outputs])).toEqual(
    all.map(({ name }) => [name, 500]),
  );
  expect(all.find(({ name }) => name === 'derived')).toMatchObject({ outputs: 30 });
  expect(all.flatMap(({ cpuMs }) => cpuMs).every((ms) => ms >= 0)).toBe(true);
  const [text, json] = expressionsBench(['--rows', '10', '--runs', '1']);
  expect(text).toMatch(/^expressions: 10 rows on one core, CPU time/);
  expect(JSON.parse(json!)).toMatchObject({ benchmark: 'expressions', rows: 10, runs: 1 });
  expect(() => expressionsBench(['--rows', '0'])).toThrow(
    '--rows is not a whole number above 0: 0',
  );
});
