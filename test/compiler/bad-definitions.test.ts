import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { filesBelow, newFolder } from '../files/workspace.js';

/** Definition files that nobody should write, and what each command about definitions says of them. */

const LONG = process.env.TESSERA_LONG === '1';

const COMMANDS = [
  ['validate', '--no-lake'],
  ['compile'],
  ['diff', '--no-lake', '--from', '.'],
  ['lineage', '--no-lake'],
] as const;

const SOURCES = `import { events } from '@tessera/api';
export const payments = events({
  name: 'payments', path: 'payments', time: 'at',
  columns: { id: 'string', user: 'string', amount: 'double', at: 'timestamp' },
});
`;
const GROUP = (name: string, more = '') => `import { count, groupBy } from '@tessera/api';
import { payments } from '../sources.js';
export const ${name} = groupBy({ name: '${name}', source: payments, keys: ['user'], aggregations: [count({ windows: ['1d'] })]${more} });
`;

function project(files: Readonly<Record<string, string>>): string {
  const folder = newFolder();
  const all = {
    'tessera.config.ts': "export default { lake: 'lake', out: 'out' };\n",
    'sources.ts': SOURCES,
    'features/good.ts': GROUP('good'),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

interface Bad {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const BAD: readonly Bad[] = [
  {
    name: 'does not parse',
    files: { 'features/bad.ts': 'export const a = 1;\nexport const b = (;\n' },
    says: ['DEFINITION_FAILED', 'features/bad.ts:2', 'SyntaxError'],
  },
  {
    name: 'throws',
    files: {
      'features/bad.ts':
        'const rows = null as unknown as string[];\n\nexport const n = rows.length;\n',
    },
    says: ['DEFINITION_FAILED', 'features/bad.ts:3', 'Cannot read properties of null'],
  },
  {
    name: 'throws what is no error',
    files: { 'features/bad.ts': "throw { toString: () => 'odd' };" },
    says: ['DEFINITION_FAILED', 'it threw odd'],
  },
  {
    name: 'is not UTF-8, or binary',
    files: { 'features/bad.ts': '\u0000\u0001\ufffd\u0000' },
    says: ['DEFINITION_FAILED', 'features/bad.ts'],
  },
  {
    name: 'imports what is not there',
    files: { 'features/bad.ts': "import { a } from './gone.js';\nexport const b = a;\n" },
    says: ['DEFINITION_FAILED', 'features/bad.ts:1', './gone.js'],
  },
  {
    name: 'asks a name too early in a circle of imports',
    files: {
      'features/a.ts': "import { b } from './b.js';\nexport const a = b.length;\n",
      'features/b.ts': "import { a } from './a.js';\nexport const b = a.toFixed(1);\n",
    },
    says: ['DEFINITION_FAILED', 'undefined'],
  },
  {
    name: 'defines one name twice, in two files',
    files: { 'features/copy.ts': GROUP('good', ', online: true') },
    says: ['DUPLICATE_DEFINITION', 'features/copy.ts', 'features/good.ts'],
  },
  {
    name: 'defines one name in two versions, in one file',
    files: {
      'features/good.ts': `${GROUP('good')}export const second = groupBy({ name: 'good', version: '2.0.0', source: payments, keys: ['user'], aggregations: [count()] });\n`,
    },
    says: ['DUPLICATE_DEFINITION', 'good'],
  },
  {
    name: 'says that something is a definition that no builder made',
    files: {
      'features/fake.ts': `export const fake = { kind: 'join', name: 'fake' };
export const other = { kind: 'groupBy', name: 'other', aggregations: 7 };
export const source = { kind: 'events', name: 'third' };
export const empty = { kind: 'join', name: 'hollow', left: { columns: [] }, parts: [7, null, { groupBy: {} }] };
`,
    },
    says: [
      'DEFINITION_FAILED',
      '`fake`',
      '`other`',
      '`source`',
      '`empty`',
      'groupBy(…) did not make it',
    ],
  },
];

describe('a file that', () => {
  test.each(BAD)('$name', async ({ files, says }) => {
    const folder = project(files);
    for (const argv of COMMANDS) {
      const { code, out, err } = await tesseraHere(argv, folder);
      expect(code, argv[0]).toBe(1);
      for (const word of says) expect(out + err, argv[0]).toContain(word);
      expect(out + err, argv[0]).not.toContain('INTERNAL');
    }
    expect(filesBelow(join(folder, 'compiled'))).toEqual([]);
  });

  test('all of them at once: each is told', async () => {
    const folder = project({
      'features/one.ts': 'export const b = (;\n',
      'features/two.ts': "throw new Error('two');",
      'features/three.ts': GROUP('three').replace("'user'", "'usr'"),
    });
    const { code, out } = await tesseraHere(['validate', '--no-lake'], folder);
    expect(code).toBe(1);
    for (const word of ['features/one.ts:1', 'features/two.ts:1', 'features/three.ts'])
      expect(out).toContain(word);
  });
});

describe('what is odd and right', () => {
  test('a definition made of another one', async () => {
    const folder = project({
      'features/more.ts':
        "import { good } from './good.js';\nexport const more = { ...good, name: 'more', owner: 'us' };\n",
    });
    for (const argv of COMMANDS) expect((await tesseraHere(argv, folder)).code, argv[0]).toBe(0);
    expect(filesBelow(join(folder, 'compiled'))).toContain('group-bys/more.json');
  });

  test('a file that exports nothing, and one that exports what is no definition', async () => {
    const folder = project({
      'features/nothing.ts': '',
      'features/comment.ts': '// nothing yet\n',
      'features/others.ts':
        "export default 5;\nexport const a = 1, b = 'join', c = () => ({ kind: 'join', name: 'j' }), d = Symbol('x'), e = new Proxy({}, { get: () => undefined });\n",
    });
    for (const argv of COMMANDS) expect((await tesseraHere(argv, folder)).code, argv[0]).toBe(0);
  });

  test('nothing but such files is no project', async () => {
    const folder = project({ 'features/good.ts': 'export {};\n' });
    for (const argv of COMMANDS) {
      const { code, out, err } = await tesseraHere(argv, folder);
      expect([code, out + err], argv[0]).toEqual([1, expect.stringContaining('NO_DEFINITIONS')]);
    }
  });

  test('a circle of imports that asks for names when all are there', async () => {
    const folder = project({
      'features/a.ts': `${GROUP('a')}import { b } from './b.js';\nexport const nameOfB = () => b.name;\n`,
      'features/b.ts': `${GROUP('b')}import { a } from './a.js';\nexport const nameOfA = () => a.name;\n`,
    });
    for (const argv of COMMANDS) expect((await tesseraHere(argv, folder)).code, argv[0]).toBe(0);
  });

  test('a table of 10,000 columns', async () => {
    const columns = Array.from({ length: 10_000 }, (_, at) => `c${at}: 'double'`).join(', ');
    const folder = project({
      'sources.ts': SOURCES.replace("amount: 'double'", `amount: 'double', ${columns}`),
      'features/wide.ts': `import { groupBy, join, part, sum } from '@tessera/api';
import { payments } from '../sources.js';
export const wide = groupBy({ name: 'wide', source: payments, keys: ['user'],
  aggregations: Array.from({ length: 50 }, (_, at) => sum('c' + at, { windows: ['1d'] })) });
export const j = join({ name: 'j', left: payments, parts: [part(wide)] });
`,
    });
    for (const argv of COMMANDS.slice(0, LONG ? 4 : 2)) {
      const { code, out, err } = await tesseraHere(argv, folder);
      expect(code, `${argv[0]}: ${(out + err).slice(0, 2000)}`).toBe(0);
    }
    const { columns: made } = JSON.parse(
      readFileSync(join(folder, 'compiled/joins/j.json'), 'utf8'),
    ) as { columns: unknown[] };
    expect(made).toHaveLength(10_000 + 4 + 50);
  }, 60_000);
});
