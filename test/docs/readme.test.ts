import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf, ROOT } from './markdown.js';
import { missingLines, runBlock, workplace } from './snippets.js';

const blocks = blocksOf('README.md');
const place = workplace('readme', blocks);
afterAll(() => place.remove());

/** Feature tests of the README join this file's own: importing them registers them. */
const featureTests = blocks.filter(({ attributes }) =>
  attributes.get('file')?.endsWith('.test.ts'),
);
for (const { attributes } of featureTests) await import(place.compiled(attributes.get('file')!));

describe('README', () => {
  test('shows code of the examples as it is there', () => {
    const quoted = blocks.filter(({ attributes }) => attributes.has('from'));
    expect(quoted.length).toBeGreaterThan(0);
    for (const { attributes, text } of quoted) {
      expect(readFileSync(join(ROOT, attributes.get('from')!), 'utf8')).toContain(text);
    }
  });

  test('every block of TypeScript is compiled or quoted', () => {
    const loose = blocks.filter(
      ({ language, attributes }) =>
        language === 'ts' && !attributes.has('file') && !attributes.has('from'),
    );
    expect(loose.map(({ line }) => line)).toEqual([]);
    expect(featureTests.length).toBeGreaterThan(0);
  });

  // In the order of the document: each may need what those before it made.
  for (const [idx, block] of blocks.entries()) {
    if (!block.attributes.has('run')) continue;
    const [first = ''] = block.text.split('\n');
    test(`line ${block.line} prints what it says: ${first.slice(0, 60)}`, async () => {
      const { code, stdout, stderr } = await runBlock(block, place);
      const fails = block.attributes.has('fails');
      expect(code, stderr).toBe(fails ? 1 : 0);
      const shown = blocks[idx + 1];
      if (shown?.language === 'text') {
        expect(missingLines(shown.text, fails ? stderr : stdout), stdout + stderr).toEqual([]);
      }
    });
  }
});
