import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** Run in a process of its own: expressions over a batch, a condition, a row. */
const SCRIPT = `
import { compileExpressions, compileFilter, compileRow } from '@tessera/expr';
let forbidden = false;
try { new Function(''); } catch { forbidden = true; }
const DOUBLE = { kind: 'double' };
const STRING = { kind: 'string' };
const x = { op: 'column', column: 'x', declared: DOUBLE, type: DOUBLE };
const s = { op: 'column', column: 's', declared: STRING, type: STRING };
const half = { op: '/', left: x, right: { op: 'literal', literal: 2, type: DOUBLE }, type: DOUBLE };
const upper = { op: 'call', name: 'upper', args: [s], type: STRING };
const outputs = [
  { name: 'half', expression: half, type: DOUBLE },
  { name: 'upper', expression: upper, type: STRING },
  { name: 'wide', expression: { op: 'literal', literal: '9007199254740993', type: { kind: 'int64' } }, type: { kind: 'int64' } },
];
const columns = new Map([
  ['x', { column: { kind: 'f64', values: Float64Array.of(1, NaN, -0) } }],
  ['s', { column: { kind: 'code', values: Int32Array.of(1, -1, 0) }, strings: ['b', 'a'] }],
]);
const made = compileExpressions(outputs)({ rows: 3, columns });
const isSmall = { op: '<', left: x, right: { op: 'literal', literal: 1, type: DOUBLE }, type: { kind: 'boolean' } };
const mask = compileFilter(isSmall)({ rows: 3, columns });
const row = compileRow(outputs)({ x: 3, s: 'é' });
const plain = (_, value) => typeof value === 'bigint' ? value + 'n' : ArrayBuffer.isView(value) ? Array.from(value, (one) => typeof one === 'bigint' ? one + 'n' : String(one)) : value;
console.log(JSON.stringify({ forbidden, made, mask, row }, plain));
`;

function answer(flags: readonly string[]): unknown {
  const out = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', SCRIPT], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  return JSON.parse(out);
}

test('where no code may be made from text, the values are the same', () => {
  const compiled = answer([]) as { forbidden: boolean };
  const interpreted = answer(['--disallow-code-generation-from-strings']);
  expect(compiled.forbidden).toBe(false);
  expect(interpreted).toEqual({ ...compiled, forbidden: true });
  expect(compiled).toMatchObject({
    made: [
      { column: { kind: 'f64', values: ['0.5', 'NaN', '0'] } },
      { column: { kind: 'code', values: ['0', '-1', '1'] }, strings: ['A', 'B'] },
      { column: { kind: 'i64' } },
    ],
    mask: ['0', '0', '1'],
    row: [1.5, 'É', '9007199254740993n'],
  });
});
