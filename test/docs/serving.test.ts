import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf } from './markdown.js';
import { missingLines, runBlock, workplace } from './snippets.js';

const DOC = 'docs/serving.md';
const blocks = blocksOf(DOC);
const place = { ...workplace('serving', blocks), interpreter: null };
afterAll(() => place.remove());

describe(DOC, () => {
  // In the order of the document: each may need what those before it made.
  for (const [idx, block] of blocks.entries()) {
    if (!block.attributes.has('run')) continue;
    test(`line ${block.line} (${block.language}) prints what it says`, async () => {
      const { code, stdout, stderr } = await runBlock(block, place);
      expect(code, stderr).toBe(0);
      const shown = blocks[idx + 1];
      if (shown?.language === 'text')
        expect(missingLines(shown.text, stdout), stdout + stderr).toEqual([]);
    });
  }
});
