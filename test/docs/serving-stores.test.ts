import { afterAll, expect, test } from 'vitest';
import { blocksOf } from './markdown.js';
import { runBlock, workplace } from './snippets.js';

const DOC = 'docs/serving-stores.md';
const blocks = blocksOf(DOC);
const place = workplace('serving-stores', blocks);
afterAll(() => place.remove());

test(`${DOC}: what is uploaded is read`, async () => {
  const at = blocks.findIndex(({ attributes }) => attributes.has('run'));
  const { code, stdout, stderr } = await runBlock(blocks[at]!, { ...place, interpreter: null });
  expect(code, stderr).toBe(0);
  expect(stdout.trim()).toBe(blocks[at + 1]!.text);
});
