import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf, ROOT } from './markdown.js';
import { python } from './python.js';
import { missingLines, runBlock, workplace } from './snippets.js';

const blocks = blocksOf('README.md');
const place = workplace('readme', blocks);
afterAll(() => place.remove());
const interpreter = python();

/** Feature tests of the README join this file's own: importing them registers them. */
const featureTests = blocks.filter(({ attributes }) =>
  attributes.get('file')?.endsWith('.test.ts'),
);
for (const { attributes } of featureTests) await import(place.compiled(attributes.get('file')!));

test('README shows code of the examples as it is there', () => {
  const quoted = blocks.filter(({ attributes }) => attributes.has('from'));
  expect(quoted.length).toBeGreaterThan(0);
  for (const { attributes, text } of quoted) {
    expect(readFileSync(join(ROOT, attributes.get('from')!), 'utf8')).toContain(text);
  }
});

test('README: every block of TypeScript is compiled or quoted', () => {
  const loose = blocks.filter(
    ({ language, attributes }) =>
      language === 'ts' && !attributes.has('file') && !attributes.has('from'),
  );
  expect(loose.map(({ line }) => line)).toEqual([]);
  expect(featureTests.length).toBeGreaterThan(0);
});

test('docs/reading.md has every way of reading', () => {
  const run = blocksOf('docs/reading.md').filter(({ attributes }) => attributes.has('run'));
  const ways = ['sql', 'js', 'py', 'py', 'py', 'py'];
  expect(run.map(({ language }) => language)).toEqual(ways);
});

// In the order of the documents: each block may need what those before it made, and what is read was made by the README.
describe.each(['README.md', 'docs/reading.md'])('%s', (doc) => {
  const own = blocksOf(doc);
  for (const [idx, block] of own.entries()) {
    if (!block.attributes.has('run')) continue;
    const [first = ''] = block.text.split('\n');
    const skipped = block.language === 'py' && interpreter === null;
    test.skipIf(skipped)(
      `line ${block.line} prints what it says: ${first.slice(0, 60)}`,
      async () => {
        const { code, stdout, stderr } = await runBlock(block, { ...place, interpreter });
        const fails = block.attributes.has('fails');
        expect(code, stderr).toBe(fails ? 1 : 0);
        const shown = own[idx + 1];
        if (doc === 'docs/reading.md') expect(shown?.language).toBe('text');
        if (shown?.language === 'text') {
          expect(missingLines(shown.text, fails ? stderr : stdout), stdout + stderr).toEqual([]);
        }
      },
    );
  }
});
