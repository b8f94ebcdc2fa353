import { existsSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tessera, writeFiles } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { filesBelow, newFolder } from '../files/workspace.js';

/** The real command: what it prints, its exit code, and that nothing is written. A process of its own where that matters. */

const GOOD = {
  'tessera.config.ts': `import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake', out: 'out' });
`,
  'sources.ts': `import { events } from '@tessera/api';
export const orders = events({
  name: 'orders', path: 'orders.csv', time: 'at',
  columns: { id: 'int64!', who: 'string', amount: 'double', at: 'timestamp' },
});
`,
  'features/spend.ts': `import { count, groupBy, join, part, sum } from '@tessera/api';
import { orders } from '../sources.js';
export const spend = groupBy({ name: 'spend', source: orders, keys: ['who'], aggregations: [count(), sum('amount')] });
export const next = join({ name: 'next', left: orders, parts: [part(spend)] });
`,
  'lake/orders.csv': 'id,who,amount,at\n1,a,1.5,2025-03-01T08:00:00Z\n',
} as const;

function project(changes: Readonly<Record<string, string>> = {}): string {
  const folder = newFolder();
  writeFiles(folder, { ...GOOD, ...changes });
  return folder;
}

let good = '';
beforeAll(() => {
  good = project();
});

/** Exit code and text of a command that is refused: no stack, nothing on stdout, nothing written. */
async function refused(
  folder: string,
  argv: readonly string[],
  run = tesseraHere,
): Promise<string> {
  const { code, out, err } = await run(argv, folder);
  // Which join is taken is said before anything is looked at.
  expect(out.replace(/^ {2}join .*\n/, '')).toBe('');
  expect(err).not.toMatch(/\n {4}at |SELECT|DuckDB|undefined/);
  expect(existsSync(joinPath(folder, 'out')) ? filesBelow(joinPath(folder, 'out')) : []).toEqual(
    [],
  );
  return `\nexit code ${code}\n${err.replaceAll(folder, '<project>')}`;
}

describe('definitions', () => {
  test('that throw, do not parse, or import what is not there: all together', async () => {
    const folder = project({
      'features/throws.ts': "export const x = 1;\nthrow new RangeError('no such luck');\n",
      'features/syntax.ts': 'export const y = {;\n',
      'features/imports.ts': "import { z } from './nowhere.js';\nexport const w = z;\n",
      'features/column.ts': `import { groupBy, sum } from '@tessera/api';
import { orders } from '../sources.js';
export const bad = groupBy({ name: 'bad', source: orders, keys: ['whom'], aggregations: [sum('amuont' as never)] });
`,
    });
    expect(await refused(folder, ['train-set'], tessera)).toMatchInlineSnapshot(`
      "
      exit code 1
      error UNKNOWN_COLUMN  features/column.ts:3 › bad › keys
        orders has no column \`whom\`. Did you mean \`who\`?
        columns: amount, at, id, who
      error UNKNOWN_COLUMN  features/column.ts:3 › bad › sum('amuont')
        orders has no column \`amuont\`. Did you mean \`amount\`?
        columns: amount, at, id, who
      error DEFINITION_FAILED  features/imports.ts:1
        features/imports.ts could not be loaded: Cannot find module './nowhere.js'
      error DEFINITION_FAILED  features/syntax.ts:1
        features/syntax.ts could not be loaded: SyntaxError: Unexpected token
      error DEFINITION_FAILED  features/throws.ts:2
        features/throws.ts could not be loaded: RangeError: no such luck
      "
    `);
  });

  test('that export nothing', async () => {
    const folder = project({ 'features/spend.ts': 'export const nothing = 1;\n' });
    expect(await refused(folder, ['train-set'])).toMatchInlineSnapshot(`
      "
      exit code 1
      error NO_DEFINITIONS
        no join or groupBy is exported by any file in features.
        Write \`export const … = join({ … })\` in a .ts file there, or set \`features\` in tessera.config.ts.
      "
    `);
  });

  test('two of one name', async () => {
    const folder = project({ 'features/again.ts': GOOD['features/spend.ts'] });
    expect(await refused(folder, ['train-set', '--join=next'])).toMatchInlineSnapshot(`
      "
      exit code 1
      error DUPLICATE_DEFINITION  features/spend.ts
        two joins are named \`next\`.
        1: features/again.ts
        2: features/spend.ts
        A name is what commands take and what a dataset is called: rename one.
      error DUPLICATE_DEFINITION  features/spend.ts
        two groupBys are named \`spend\`.
        1: features/again.ts
        2: features/spend.ts
        A name is what commands take and what a dataset is called: rename one.
      "
    `);
  });

  test('that wait for ever are named after a while, and those that loop for ever too', async () => {
    if (process.env.TESSERA_LONG !== '1') return;
    const waits = project({ 'features/waits.ts': 'await new Promise(() => {});\n' });
    expect(await refused(waits, ['train-set'], tessera)).toContain(
      'features/waits.ts could not be loaded: still waiting for a top-level await after 20 s',
    );
    const loops = project({ 'features/loops.ts': 'for (;;) {}\n' });
    expect(await refused(loops, ['train-set'], tessera)).toContain(
      'features/loops.ts is still loading after 30 s: is there a loop without an end?',
    );
  });
});

describe('tessera.config.ts', () => {
  test.each([
    ['without a default export', 'export const lake = 1;\n'],
    ['with a setting that is no path', "export default { lake: 7, out: '' };\n"],
    [
      'with a setting that there is not',
      "import { defineProject } from '@tessera/api';\nexport default defineProject({ lake: 'lake', lke: 'x' } as never);\n",
    ],
    ['that does not parse', 'export default {\n'],
    ['that throws', "throw new Error('not today');\n"],
  ])('%s', async (_, text) => {
    expect(await refused(project({ 'tessera.config.ts': text }), ['train-set'])).toMatchSnapshot();
  });
});

describe('options', () => {
  test('every bad one at once', async () => {
    const argv = [
      '--workers=0',
      '--buckets=abc',
      '--limit=-1',
      '--start=2025-13-01',
      '--end=2025-1-1',
      '--format=xlsx',
    ];
    expect(await refused(good, ['train-set', ...argv])).toMatchInlineSnapshot(`
      "
      exit code 1
      error BAD_OPTION
        \`--start\` is not a day written YYYY-MM-DD: \`2025-13-01\`.
      error BAD_OPTION
        \`--end\` is not a day written YYYY-MM-DD: \`2025-1-1\`.
      error BAD_OPTION
        \`--format\` is not one of parquet, csv, arrow: \`xlsx\`.
      error BAD_OPTION
        \`--workers\` is not a whole number from 1 to 256: \`0\`.
      error BAD_OPTION
        \`--buckets\` is not a whole number from 1 to 65536: \`abc\`.
      error BAD_OPTION
        \`--limit\` is not a whole number of at least 1: \`-1\`.
      "
    `);
  });

  test.each([
    ['a worker count that is no number', ['train-set', '--workers=abc']],
    ['a flag that there is not', ['train-set', '--wrokers=2']],
    ['a command that there is not', ['trainset']],
    ['a value that is missing', ['train-set', '--join']],
    ['an argument too many', ['train-set', 'next']],
    ['a start after the end', ['train-set', '--start=2025-03-02', '--end=2025-03-01']],
    ['a join that there is not', ['train-set', '--join=nxt']],
    ['a groupBy that there is not', ['backfill', '--group-by=spent']],
    ['a project that there is not', ['train-set', '--project=nowhere']],
  ])('%s', async (_, argv) => {
    expect(await refused(good, argv)).toMatchSnapshot();
  });
});

describe('exit codes', () => {
  test('1: the data', async () => {
    const folder = project({ 'lake/orders.csv': 'id,who,amount\n1,a,1.5\n' });
    expect(await refused(folder, ['train-set'], tessera)).toMatchInlineSnapshot(`
      "
      exit code 1
      error SCHEMA_MISSING_COLUMN
        orders declares column \`at\`, which <project>/lake/orders.csv does not have.
        columns in the file: amount, id, who
      "
    `);
  });

  test('2: the machine', async () => {
    const folder = project({ out: 'a file in its place' });
    const { code, err } = await tessera(['train-set'], folder);
    expect(code).toBe(2);
    expect(err).toContain('error NOT_WRITABLE\n');
  });

  test('--debug shows the stack, and only it does', async () => {
    const { code, err } = await tessera(['train-set', '--join=nxt', '--debug'], good);
    expect(code).toBe(1);
    expect(err).toMatch(/error UNKNOWN_JOIN[\s\S]*\n {4}at /);
  });
});
