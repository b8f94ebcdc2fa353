import { events, groupBy, join, last, outputColumns, part, sum } from '@tessera/api';
import { expect, test } from 'vitest';
import { compile } from './compile.js';

const GROUP_BYS = 50;
const AGGREGATIONS = 20;
const WINDOWS = ['1h', '1d', '7d', '30d', null] as const;

const numbers = Array.from({ length: AGGREGATIONS }, (_, idx) => `Amount.${idx}`);

/** The definitions as a user's file. */
function definitionsText(): string {
  const columns = numbers.map((name) => `'${name}': 'double'`).join(', ');
  const windows = JSON.stringify(WINDOWS);
  const aggregations = numbers
    .map((name, idx) => `${idx % 2 === 0 ? 'sum' : 'last'}('${name}', { windows: ${windows} })`)
    .join(',\n    ');
  const groupBys = Array.from(
    { length: GROUP_BYS },
    (_, idx) =>
      `const g${idx} = groupBy({ name: 'Group-${idx}', source, keys: ['id'], aggregations: [\n    ${aggregations},\n] });`,
  );
  const parts = Array.from({ length: GROUP_BYS }, (_, idx) => `part(g${idx})`).join(', ');
  return [
    "import { events, type FeatureRow, groupBy, join, last, part, sum } from '@tessera/api';",
    `const source = events({ name: 's', path: 's', columns: { id: 'string', at: 'timestamp', ${columns} }, time: 'at' });`,
    ...groupBys,
    `const all = join({ name: 'all', left: source, parts: [${parts}] });`,
    'type Row = FeatureRow<typeof all>;',
    'type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;',
  ].join('\n');
}

/** The same definitions at run time: what the names have to be. */
function expectedNames(): string[] {
  const columns: Record<string, 'string' | 'timestamp' | 'double'> = {
    id: 'string',
    at: 'timestamp',
  };
  for (const name of numbers) columns[name] = 'double';
  const source = events({ name: 's', path: 's', columns, time: 'at' });
  const parts = Array.from({ length: GROUP_BYS }, (_, group) =>
    part(
      groupBy({
        name: `Group-${group}`,
        source,
        keys: ['id'],
        aggregations: numbers.map((name, idx) =>
          idx % 2 === 0 ? sum(name, { windows: WINDOWS }) : last(name, { windows: WINDOWS }),
        ),
      }),
    ),
  );
  const all = join({ name: 'all', left: source, parts });
  return [...Object.keys(columns), ...outputColumns(all).map((column) => column.name)];
}

test('a join of 5,000 columns checks, and its row has exactly the names of run time', () => {
  const names = expectedNames();
  const left = 2 + AGGREGATIONS;
  expect(names).toHaveLength(GROUP_BYS * AGGREGATIONS * WINDOWS.length + left);
  expect(new Set(names).size).toBe(5000 + left);
  const check = (expected: readonly string[]): string =>
    [
      definitionsText(),
      `type Expected = ${expected.map((name) => JSON.stringify(name)).join(' | ')};`,
      'export const same: Same<keyof Row, Expected> = true;',
      "export const value: Row['group_7_amount_3_last_7d'] = null as number | null;",
    ].join('\n');
  const started = performance.now();
  const whole = compile(check(names));
  console.log(`5,000 output columns type-checked in ${Math.round(performance.now() - started)} ms`);
  expect(whole).toEqual({ ok: true, output: '' });
  // One name fewer has to be noticed, or the comparison above says nothing.
  const short = compile(check(names.slice(0, -1)));
  expect(short.ok).toBe(false);
  expect(short.output).toContain("Type 'true' is not assignable to type 'false'");
});
