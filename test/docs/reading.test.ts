import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, ROOT } from './markdown.js';
import { python } from './python.js';
import { missingLines, type Output, runSql } from './snippets.js';

const blocks = blocksOf('docs/reading.md');
const dir = join(ROOT, '.cache', `docs-reading-${process.pid}`);
const interpreter = python();

beforeAll(() => {
  mkdirSync(dir, { recursive: true });
  for (const args of [
    ['generate', '--scale', '0.01', '--lake', 'demo/data'],
    ['train-set', '--join=fraud_v2', '--lake', 'demo/data', '--out', 'demo/out', '--no-summary'],
  ]) {
    const { code, stderr } = run(process.execPath, [
      join(ROOT, 'apps/cli/bin/tessera.cjs'),
      ...args,
    ]);
    if (code !== 0) throw new Error(stderr);
  }
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(program: string, args: readonly string[]): Output {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: dir,
    encoding: 'utf8',
    env: {
      ...process.env,
      INIT_CWD: dir,
      NO_COLOR: '1',
      TESSERA_DEFAULT_PROJECT: join(ROOT, 'examples/fraud'),
    },
  });
  return { code: status ?? -1, stdout, stderr };
}

/** One block in its own language, from the folder that holds `demo`. */
async function outputOf(language: string, text: string, name: string): Promise<Output> {
  if (language === 'sql') return { code: 0, stdout: await runSql(text, dir), stderr: '' };
  const file = join(dir, `${name}.${language === 'py' ? 'py' : 'mjs'}`);
  writeFileSync(file, text);
  return run(language === 'py' ? (interpreter ?? '') : process.execPath, [file]);
}

describe('docs/reading.md', () => {
  test('has all of them', () => {
    const languages = blocks.filter(({ attributes }) => attributes.has('run'));
    expect(languages.map(({ language }) => language)).toEqual([
      'sql',
      'js',
      'py',
      'py',
      'py',
      'py',
    ]);
  });

  for (const [idx, block] of blocks.entries()) {
    if (!block.attributes.has('run')) continue;
    const skipped = block.language === 'py' && interpreter === null;
    test.skipIf(skipped)(`line ${block.line} (${block.language}) prints what it says`, async () => {
      const { code, stdout, stderr } = await outputOf(block.language, block.text, `block-${idx}`);
      expect(code, stderr).toBe(0);
      expect(blocks[idx + 1]?.language).toBe('text');
      expect(missingLines(blocks[idx + 1]?.text ?? '', stdout), stdout).toEqual([]);
    });
  }
});
