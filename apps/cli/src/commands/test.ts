import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TesseraError } from '@tessera/api';
import { badOptions } from '../failures.js';
import { shownPath } from '../paths.js';
import { findProject } from '../project/find-project.js';
import type { CommandContext } from './context.js';

export interface RawTestOptions {
  readonly project?: string;
}

const TEST_FILE = /\.test\.m?[jt]s$/;

/** `tessera test`: the project's feature tests, written with `node:test`, in a process of their own. Throws TESTS_FAILED. */
export async function testCommand(
  named: readonly string[],
  raw: RawTestOptions,
  context: CommandContext,
): Promise<void> {
  const { cwd, env } = context;
  const folder = findProject({ cwd, asked: raw.project, fallback: env.TESSERA_DEFAULT_PROJECT });
  const files = named.length > 0 ? named.map((file) => path.resolve(cwd, file)) : testFiles(folder);
  if (files.length === 0) {
    throw badOptions([
      { option: 'test', message: `has nothing to run: no *.test.ts in ${shownPath(cwd, folder)}` },
    ]);
  }
  const runner = fileURLToPath(new URL('../feature-tests.js', import.meta.url));
  const code = await new Promise<number | null>((resolve, reject) => {
    const args = [
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      runner,
      folder,
      ...files,
    ];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0)
    throw new TesseraError('TESTS_FAILED', { files: files.map((file) => shownPath(cwd, file)) });
}

/** Everything a project calls a test, in the order of names; not in `node_modules` or what was built. */
function testFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      if (name.startsWith('.') || name === 'node_modules' || name === 'out') return [];
      const file = path.join(folder, name);
      if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) return testFiles(file);
      return TEST_FILE.test(name) ? [file] : [];
    });
}
