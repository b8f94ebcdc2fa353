import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeEngine } from './fake-engine.js';
import { CONFIG, runIn, SMALL_PROJECT, USER_SPEND, writeFiles } from './harness.js';

describe('where the project is', () => {
  const folder = writeFiles(SMALL_PROJECT);
  const elsewhere = writeFiles({});

  test.each([
    ['upwards from here', { cwd: path.join(folder, 'lake/transactions'), argv: ['train-set'] }],
    [
      '--project',
      { cwd: elsewhere, argv: ['train-set', `--project=${path.relative(elsewhere, folder)}`] },
    ],
    [
      '--project with the file',
      { cwd: elsewhere, argv: ['train-set', '--project', `${folder}/tessera.config.ts`] },
    ],
    [
      'the default',
      { cwd: elsewhere, argv: ['train-set'], env: { TESSERA_DEFAULT_PROJECT: folder } },
    ],
  ])('%s', async (_, run) => {
    const engine = fakeEngine();
    const { code } = await runIn({ ...run, engine });
    expect(code).toBe(0);
    expect(engine.calls[0]?.options.lake).toBe(path.join(folder, 'lake'));
  });

  test('nowhere', async () => {
    const none = await runIn({ cwd: elsewhere, argv: ['train-set'] });
    expect(none.code).toBe(1);
    expect(none.err).toContain(`no tessera.config.ts in ${elsewhere} or a folder above it`);
    const wrong = await runIn({ cwd: elsewhere, argv: ['train-set', '--project=nope'] });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('--project nope: there is no such folder');
  });

  test('a config without its default export, or with a setting that is no path', async () => {
    const empty = writeFiles({ 'tessera.config.ts': 'export const x = 1;' });
    expect((await runIn({ cwd: empty, argv: ['train-set'] })).err).toContain(
      'has no default export',
    );
    const odd = writeFiles({ 'tessera.config.ts': 'export default { lake: 7 };' });
    const { code, err } = await runIn({ cwd: odd, argv: ['train-set'] });
    expect(code).toBe(1);
    expect(err).toContain('`lake` is not the path of a folder');
  });
});

describe('definitions', () => {
  test('TypeScript as people write it, without node_modules', async () => {
    const folder = writeFiles({
      ...SMALL_PROJECT,
      'types.ts':
        'export interface Row { readonly id: string }\nexport enum Window { Week = "7d" }',
      'features/user-spend.ts': `
import { count, groupBy } from '@tessera/api';
import type { Row } from '../types.js';
import { Window, type Row as Same } from '../types';
import { transactions } from '../sources.js';
const options = { windows: [Window.Week] } satisfies { windows: string[] };
export const userSpend = groupBy({
  name: 'user_spend', source: transactions, keys: ['user_id'] as const, aggregations: [count(options)],
});
export type Pair = [Row, Same];`,
      'features/deeper/plain.mjs': USER_SPEND.replaceAll('../', '../../').replace(
        "'user_spend'",
        "'from_mjs'",
      ),
      'features/deeper/plain.js': `export { userSpend as default } from '../user-spend.js';`,
      'features/deeper/module.mts': USER_SPEND.replaceAll('../', '../../').replace(
        "'user_spend'",
        "'from_mts'",
      ),
      'features/user-spend.test.ts': 'throw new Error("tests are not definitions");',
      'features/globals.d.ts': 'declare const nothing: unknown;',
      'features/.hidden.ts': 'throw new Error("hidden");',
    });
    const engine = fakeEngine();
    const { code, err } = await runIn({ cwd: folder, argv: ['backfill', '--json'], engine });
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(engine.calls.map(({ name }) => name)).toEqual(['from_mts', 'user_spend', 'from_mjs']);
  });

  test('a folder linked into itself ends', async () => {
    const folder = writeFiles(SMALL_PROJECT);
    symlinkSync(path.join(folder, 'features'), path.join(folder, 'features/again'));
    expect((await runIn({ cwd: folder, argv: ['train-set'] })).code).toBe(0);
  });

  test('one object under two names or in two files is one definition', async () => {
    const folder = writeFiles({
      ...SMALL_PROJECT,
      'features/index.ts': `export { userSpend, userSpend as again } from './user-spend.js';\nexport { fraudV2 as default } from './fraud-v2.js';`,
    });
    expect((await runIn({ cwd: folder, argv: ['train-set'] })).code).toBe(0);
  });

  test('two definitions of one name: both files', async () => {
    const folder = writeFiles({ ...SMALL_PROJECT, 'features/copy.ts': USER_SPEND });
    const { code, err } = await runIn({ cwd: folder, argv: ['train-set'] });
    expect(code).toBe(1);
    expect(err).toBe(
      'error DUPLICATE_DEFINITION  features/user-spend.ts\n' +
        '  two groupBys are named `user_spend`.\n  1: features/copy.ts\n  2: features/user-spend.ts\n' +
        '  A name is what commands take and what a dataset is called: rename one.\n',
    );
  });

  test('every file that fails is named once, with its line', async () => {
    const folder = writeFiles({
      ...SMALL_PROJECT,
      'features/a-throws.ts': `const rows: string[] | null = null;\n\nexport const n = rows!.length;`,
      'features/b-imports-it.ts': `import { n } from './a-throws.js';\nexport const m = n;`,
      'features/c-syntax.ts': `export const a = 1;\nexport const b = (;\n`,
      'features/d-missing.ts': `import { x } from './not-there.js';\nexport const y = x;`,
      'features/e-mistake.ts': USER_SPEND.replaceAll("'amount'", "'ammount'").replace(
        "'user_spend'",
        "'e'",
      ),
      'features/f-string.ts': `throw 'just text';`,
    });
    const { code, out, err } = await runIn({ cwd: folder, argv: ['train-set'] });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.replaceAll(folder, '<project>')).toMatchInlineSnapshot(`
      "error DEFINITION_FAILED  features/a-throws.ts:3
        features/a-throws.ts could not be loaded: TypeError: Cannot read properties of null (reading 'length')
      error DEFINITION_FAILED  features/c-syntax.ts:2
        features/c-syntax.ts could not be loaded: SyntaxError: Unexpected token
      error DEFINITION_FAILED  features/d-missing.ts:1
        features/d-missing.ts could not be loaded: Cannot find module './not-there.js'
      error UNKNOWN_COLUMN  features/e-mistake.ts:4 › e › sum('ammount')
        payments.transactions has no column \`ammount\`. Did you mean \`amount\`?
        columns: amount, ts, user_id
      error DEFINITION_FAILED  features/f-string.ts
        features/f-string.ts could not be loaded: it threw just text, which is not an Error
      "
    `);
  });

  test('from another folder the paths lead there', async () => {
    const folder = writeFiles({ ...SMALL_PROJECT, 'features/bad.ts': 'throw new Error("no");' });
    const { err } = await runIn({
      cwd: path.dirname(folder),
      argv: ['train-set', '--project', folder],
    });
    expect(err).toContain(`error DEFINITION_FAILED  ${path.basename(folder)}/features/bad.ts:1\n`);
  });

  test('nothing at all', async () => {
    const folder = writeFiles({
      'tessera.config.ts': CONFIG,
      'features/x.ts': 'export const x = 1;',
    });
    const { code, err } = await runIn({ cwd: folder, argv: ['train-set'] });
    expect(code).toBe(1);
    expect(err).toContain(
      'error NO_DEFINITIONS\n  no join or groupBy is exported by any file in features.',
    );
  });

  test('a file without definitions is fine', async () => {
    const folder = writeFiles({
      ...SMALL_PROJECT,
      'features/helpers.ts': 'export const twice = (x: number) => 2 * x;',
    });
    expect((await runIn({ cwd: folder, argv: ['train-set'] })).code).toBe(0);
  });

  test('inside the clone, where @tessera/api is installed too', async () => {
    const folder = writeFiles(SMALL_PROJECT, path.resolve(import.meta.dirname, '..'));
    const { code } = await runIn({ cwd: folder, argv: ['train-set'] });
    expect(code).toBe(0);
  });
});
