import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { allDocs, ROOT, readDoc, section, tableRows } from './markdown.js';

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
);
const quotedNames = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

function testFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !/(^|\/)(node_modules|dist)\//.test(name))
    .map((name) => `${folder}/${name}`);
}

test('docs/errors.md is what the table of errors says; else: node scripts/errors-doc.mjs --write', async () => {
  const script = (await import(pathToFileURL(join(ROOT, 'scripts/errors-doc.mjs')).href)) as {
    errorsDoc(): string;
  };
  expect(readDoc('docs/errors.md')).toBe(script.errorsDoc());
});

test('docs/functions.md is what the registry says; else: node scripts/functions-doc.mjs --write', async () => {
  const script = (await import(pathToFileURL(join(ROOT, 'scripts/functions-doc.mjs')).href)) as {
    functionsDoc(): string;
  };
  expect(readDoc('docs/functions.md')).toBe(script.functionsDoc());
});

test('docs/rules.md is what the table of rules says; else: node scripts/rules-doc.mjs --write', async () => {
  const script = (await import(pathToFileURL(join(ROOT, 'scripts/rules-doc.mjs')).href)) as {
    rulesDoc(): string;
  };
  expect(readDoc('docs/rules.md')).toBe(script.rulesDoc());
});

describe('docs/ARCHITECTURE.md', () => {
  const rooms = tableRows(section(readDoc('docs/ARCHITECTURE.md'), 'Rooms'));

  test('has a row for every package, and no other', () => {
    expect(rooms.map(([room = '']) => quotedNames(room)[0]).sort()).toEqual([...folders].sort());
  });

  test('says who may import whom as scripts/check-imports.mjs does', () => {
    const script = readFileSync(join(ROOT, 'scripts/check-imports.mjs'), 'utf8');
    const allowed = [...script.matchAll(/^ {2}'([a-z]+\/[a-z-]+)': \[([^\]]*)\],$/gm)].map(
      ([, room, list]) => [room, [...list!.matchAll(/'([^']+)'/g)].map(([, name]) => name!)],
    );
    expect(
      rooms.map(([room = '', , , imports = '']) => [quotedNames(room)[0], quotedNames(imports)]),
    ).toEqual(allowed);
  });

  test('every package has a README', () => {
    expect(folders.filter((folder) => !existsSync(join(ROOT, folder, 'README.md')))).toEqual([]);
  });
});

describe('docs/INVARIANTS.md', () => {
  const rows = tableRows(readDoc('docs/INVARIANTS.md'));

  test('every invariant names tests that exist', () => {
    const files = rows.map(([statement, , tests = '']) => ({
      statement,
      files: quotedNames(tests).filter((name) => /test(-d)?\.ts$/.test(name)),
    }));
    expect(files.filter(({ files: named }) => named.length === 0)).toEqual([]);
    expect(
      files.flatMap(({ files: named }) => named).filter((name) => !existsSync(join(ROOT, name))),
    ).toEqual([]);
  });
});

describe('docs/SEMANTICS.md', () => {
  const text = readDoc('docs/SEMANTICS.md');
  /** Rule numbers of the numbered lists below `## S1 …` and of the sections themselves. */
  const rules = new Set(
    [...text.matchAll(/^## (S\d) /gm)].flatMap(([, name]) => {
      const heading = new RegExp(`^## (${name} .*)$`, 'm').exec(text)![1]!;
      const numbers = [...section(text, heading).matchAll(/^(\d+)\. /gm)].map(
        ([, number]) => `${name}.${number}`,
      );
      return [name!, ...numbers];
    }),
  );

  test('has the rules S1 to S9', () => {
    expect([...rules].filter((rule) => !rule.includes('.'))).toEqual([
      'S1',
      'S2',
      'S3',
      'S4',
      'S5',
      'S6',
      'S7',
      'S8',
      'S9',
    ]);
  });

  const users = [
    ...testFiles('packages'),
    ...testFiles('apps'),
    ...testFiles('test'),
    ...allDocs(),
  ];
  test('rules that tests and documents name are there', () => {
    const unknown = users.flatMap((file) => {
      const named = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\bS\d(\.\d+)?\b/g)].map(
        ([name]) => name,
      );
      return named.filter((name) => !rules.has(name)).map((name) => `${file}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  test('every rule that is not planned is named by a test', () => {
    const planned = new Set(['S7', 'S9']);
    const all = users
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
      .join('\n');
    const unnamed = [...rules].filter(
      (rule) => !planned.has(rule) && !new RegExp(`\\b${rule.replace('.', '\\.')}\\b`).test(all),
    );
    expect(unnamed).toEqual([]);
  });
});

test('no document holds a path of one machine', () => {
  // A temporary folder in an output would change with every run, too.
  const paths = allDocs().filter((doc) =>
    /(^|[\s"'`(=])\/(home|root|tmp|work|Users|var)\//m.test(readDoc(doc)),
  );
  expect(paths).toEqual([]);
});
