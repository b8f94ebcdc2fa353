import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createBoard, readBoard, writeBoard } from '../src/load-board.js';
import type { LoadWatch } from '../src/load-watch.js';
import { createModuleLoader } from '../src/project/module-loader.js';
import { plainTransform } from '../src/project/plain-transform.js';
import { NOTHING_KEPT, transformedFiles } from '../src/project/transformed-files.js';
import { writeFiles } from './harness.js';

const watch: LoadWatch = { begin: () => {}, end: () => {} };

/** Modules of one project: `main.ts` is loaded. What it exports must not depend on who transforms it. */
interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** main.ts is plain enough for the fast way. */
  readonly isPlain: boolean;
}

const CASES: readonly Case[] = [
  {
    name: 'imports in every form',
    isPlain: true,
    files: {
      'main.ts': `import whole, { one, two as zwei, type Three } from './parts.js';
import * as all from './parts';
import { type Only } from './types.js';
import type { Gone } from './types.ts';
import './effect.js';
export * from './more.js';
export { one as eins } from './parts.js';
export * as spaces from './more.js';
const typed: Three & Only & Gone = { three: 3, only: 1, gone: 2 };
export const seen = [whole, one, zwei, all.two, all.default, typed, (globalThis as { effect?: number }).effect];
export default { seen };`,
      'parts.ts': `export const one = 1, two = 2;\nexport interface Three { three: number }\nexport default 'whole' as const;`,
      'types.ts': 'export interface Only { only: number }\nexport type Gone = { gone: number };',
      'effect.ts': '(globalThis as { effect?: number }).effect = 42;\nexport {};',
      'more.ts': 'export const more = [1, 2];\nexport default 5;',
    },
  },
  {
    name: 'types wherever they stand',
    isPlain: true,
    files: {
      'main.ts': `type Pair<A, B = A> = readonly [A, B];
interface Shape<T extends string> { readonly name: T; size?: number }
abstract class Base<T> { static kind = 'base'; protected constructor(public readonly value: T, private extra = 1) {} get sum(): number { return this.extra + 1; } abstract area(this: Base<T>): number }
class Square extends Base<number> implements Shape<'square'> { name = 'square' as const; size?: number; #secret!: number; constructor(side: number) { super(side); this.#secret = side; } override area(): number { return this.value ** 2 + this.#secret * 0; } }
const pick = <T, K extends keyof T>(of: T, key: K): T[K] => of[key];
const asserted = (x: unknown): x is string => typeof x === 'string';
const options = { windows: ['7d'] } satisfies { windows: string[] };
let maybe!: number | undefined;
export const made = [pick({ a: 1 }, 'a'), asserted('x'), options.windows!.length, (maybe as number) ?? <number>7, new Square(3).area(), new Square(2).sum, Base.kind, Object.keys(new Square(1))];
export const pair: Pair<number> = [1 < 2 ? 1 : 0, 2 > 1 ? 1 : 0];
export type { Shape };`,
    },
  },
  {
    name: 'a top-level await, in an imported file too',
    isPlain: true,
    files: {
      'main.ts': `import { late } from './late.js';\nexport const both = [await Promise.resolve(1), late];`,
      'late.ts': `export const late = await new Promise<number>((resolve) => setTimeout(resolve, 5, 2));`,
    },
  },
  {
    name: 'one export of many names',
    isPlain: false,
    files: {
      'main.ts': `import { a, b } from './two.js';
import { c, d } from './commented.js';
import { größe, e } from './letters.js';
export let x: number | undefined, y = 2;
export const seen = [a, b, c, d, größe, e];
y += 1;
x = y;`,
      'two.ts': 'export const a = 1, b = 2;',
      'commented.ts': 'export const c: number = 3 // three\n  /* and, then */ , d = 4;',
      'letters.ts': 'export const größe = [1, 2], e = { a: 1, b: 2 };',
    },
  },
  {
    name: 'names exported apart, and changed in all ways',
    isPlain: false,
    files: {
      'main.ts':
        'let a = 1, b = 2, c = 3;\nexport { a, b as d, c as default };\n[a] = [5];\n({ b } = { b: 6 });\nfor (c of [7]) a += 1;',
    },
  },
  {
    name: 'constants exported apart',
    isPlain: true,
    files: {
      'main.ts':
        'const own = { deep: [1] };\nclass Kind { static of = own; }\nexport { own, own as again, Kind as default };\nexport const later = () => Kind.of;\nexport const called = later();',
    },
  },
  {
    name: 'names taken out of values',
    isPlain: false,
    files: {
      'main.ts': `export const { a, b: { c }, ...rest } = { a: 1, b: { c: 2 }, d: 3, e: 4 };
export const [first, , third = 5, ...others] = [1, 2, undefined, 4, 6];
export let later: string;
later = \`\${a}\${c}\`;
export const list = [a, c, first, third];`,
    },
  },
  {
    name: 'texts that look like code',
    isPlain: true,
    files: {
      'main.ts':
        'export const text = `import { x } from "./nothing.js"; $\u007b[1, 2].map((x) => `$\u007bx}: number`)} as string`;\nexport const pattern = /from "[^"]+" as (\\w+)/.source;\nexport const line = "export const a: number = 1; // type A = B";',
    },
  },
  {
    name: 'names that change after they were exported',
    isPlain: true,
    files: {
      'main.ts': `import { count, raise } from './counter.js';\nraise();\nraise();\nexport const after = count;`,
      'counter.ts': `export let count = 0;\nexport const raise = () => { count += 1; };`,
    },
  },
  {
    name: 'a circle of constants, of which one is asked for later',
    isPlain: true,
    files: {
      'main.ts': `import { other } from './other.js';\nexport const own = 'own';\nexport const said = other();`,
      'other.ts': `import { own } from './main.js';\nexport const other = () => typeof own;`,
    },
  },
  {
    name: 'a circle over functions, which are there before they are reached',
    isPlain: false,
    files: {
      'main.ts': `import { first } from './other.js';\nexport function helper(): number { return 7; }\nexport const made = first;`,
      'other.ts': `import { helper } from './main.js';\nexport const first = helper();`,
    },
  },
  {
    name: 'enums and namespaces',
    isPlain: false,
    files: {
      'main.ts': `export enum Window { Day = '1d', Week = '7d' }\nexport const enum Size { Small = 1, Large }\nexport namespace Names { export const own = 'own'; }\nexport const seen = [Window.Week, Size.Large, Names.own];`,
    },
  },
  {
    name: 'modules that are asked for at run time',
    isPlain: false,
    files: {
      'main.ts': `const { late } = await import('./late.js');\nexport const seen = [late, typeof import.meta.url];`,
      'late.ts': 'export const late = 3;',
    },
  },
  {
    name: 'require, where a file still has it',
    isPlain: false,
    files: {
      'main.ts': `const path = require('node:path');\nexport const base = path.basename('/a/b');`,
    },
  },
  {
    name: 'JSON and JavaScript beside',
    isPlain: true,
    files: {
      'main.ts': `import settings from './settings.json';\nimport { plain } from './plain.js';\nimport common from './common.cjs';\nexport const seen = [settings.days, plain, common.days];`,
      'settings.json': '{ "days": 7 }',
      'plain.js': 'export const plain = 1;',
      'common.cjs': 'module.exports = { days: 9 };',
    },
  },
];

async function loaded(folder: string): Promise<unknown> {
  const { ...exports } = await createModuleLoader(
    folder,
    watch,
    NOTHING_KEPT,
  )(path.join(folder, 'main.ts'));
  return JSON.parse(JSON.stringify(exports));
}

describe('a module is what it is, whoever transforms it', () => {
  test.each(CASES)('$name', async ({ files, isPlain }) => {
    expect(plainTransform(files['main.ts'] ?? '', '/p/main.ts') !== null).toBe(isPlain);
    const here = await loaded(writeFiles(files));
    // Behind a first line that nothing plain begins with, every file goes the other way.
    const others = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        name,
        name.endsWith('.ts') ? `/* enum */ ${text}` : text,
      ]),
    );
    expect(plainTransform(others['main.ts'] ?? '', '/p/main.ts')).toBeNull();
    const there = await loaded(writeFiles(others));
    expect(here).toEqual(there);
    expect(Object.keys(here as object).length).toBeGreaterThan(0);
  });

  test('lines stay where they are', async () => {
    const text = `import type {\n  Gone,\n} from './gone.js';\n\nexport interface Row {\n  id: string;\n}\nexport const rows: Row[] = [];\n\nthrow new Error(\`at \${rows.length}\`);`;
    const folder = writeFiles({ 'main.ts': text, 'gone.ts': 'export type Gone = 1;' });
    expect(plainTransform(text, '/p/main.ts')?.split('\n')).toHaveLength(text.split('\n').length);
    await expect(loaded(folder)).rejects.toThrow(
      expect.objectContaining({ stack: expect.stringContaining('main.ts:10:') }),
    );
  });

  test.each([
    'export const a = ;',
    'export const a = 1;\nexport const a = 2;',
    'let x: = 5;',
    'export const f = () => { return',
    'await = 3',
    'export const o = { a: 1, , };',
  ])('what is not right is left to the other way, which says what is wrong: %s', async (text) => {
    expect(plainTransform(text, '/p/main.ts')).toBeNull();
    await expect(loaded(writeFiles({ 'main.ts': text }))).rejects.toThrow();
  });
});

describe('what files became is kept', () => {
  const cache = writeFiles({});
  const before = process.env.XDG_CACHE_HOME;
  beforeEach(() => {
    process.env.XDG_CACHE_HOME = cache;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });

  const made: string[] = [];
  const use = (folder: string, identity: string, code = `code of ${identity}`): string => {
    const files = transformedFiles(folder);
    const found = files.code(identity, () => {
      made.push(identity);
      return code;
    });
    files.save();
    return found;
  };
  const file = () =>
    path.join(
      cache,
      'tessera/transformed',
      readdirSync(path.join(cache, 'tessera/transformed'))[0] ?? '',
    );

  test('by what they were, until they are otherwise; what is no more used is forgotten', () => {
    expect([use('/p', 'a'), use('/p', 'a'), made.splice(0)]).toEqual([
      'code of a',
      'code of a',
      ['a'],
    ]);
    use('/p', 'b');
    use('/p', 'a');
    expect(made.splice(0)).toEqual(['b', 'a']);
  });

  test.each(['', '{', '[]', '{"version":1}', 'null'])(
    'a damaged file counts as none: %s',
    (text) => {
      use('/p', 'a');
      made.splice(0);
      writeFileSync(file(), text);
      expect([use('/p', 'a'), made.splice(0)]).toEqual(['code of a', ['a']]);
      expect(use('/p', 'a')).toBe('code of a');
      expect(made.splice(0)).toEqual([]);
    },
  );

  test('entries that are no texts, or of another version, count as none', () => {
    use('/p', 'a');
    const good = readFileSync(file(), 'utf8');
    for (const bad of [
      good.replace(/"code of a"/, '7'),
      good.replace(/"version":"\d/, '"version":"9'),
    ]) {
      expect(bad).not.toBe(good);
      made.splice(0);
      writeFileSync(file(), bad);
      use('/p', 'a');
      expect(made.splice(0)).toEqual(['a']);
    }
  });

  test('what is wrong with a file is never kept: it names the file', () => {
    made.splice(0);
    for (let time = 0; time < 2; time++) use('/wrong', 'c', 'exports.__JITI_ERROR__ = {}');
    expect(made).toEqual(['c', 'c']);
  });

  test('a loader finds another loader’s files, and sees what has changed', async () => {
    const folder = writeFiles({ 'main.ts': 'export const value: number = 1;' });
    const main = path.join(folder, 'main.ts');
    const load = async () => {
      const loader = createModuleLoader(folder, watch);
      const { value } = await loader(main);
      loader.save();
      return value;
    };
    expect([await load(), await load()]).toEqual([1, 1]);
    writeFileSync(main, 'export const value: number = 2;');
    expect([await load(), await load()]).toEqual([2, 2]);
  });
});

test('the board says what is being loaded', () => {
  const board = createBoard();
  expect(readBoard(board)).toEqual({ turn: 0, file: null });
  writeBoard(board, '/features/größe.ts');
  expect(readBoard(board)).toEqual({ turn: 1, file: '/features/größe.ts' });
  writeBoard(board, `/${'x'.repeat(20_000)}`);
  expect(readBoard(board).file).toHaveLength(8192);
  writeBoard(board, null);
  expect(readBoard(board)).toEqual({ turn: 3, file: null });
});
